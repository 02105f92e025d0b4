"""What an import would do, found out before anything is stored."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from history.imports.formats import format_of
from history.imports.items import Format, Item, Source, Trouble
from history.imports.targets import Chosen, target_of
from readings.models import Reading
from readings.times import MINUTE_MS, from_ms, now_ms

MOST_LISTED = 100
_CHUNK = 500
_AHEAD_MS = 5 * MINUTE_MS


@dataclass(slots=True)
class Series:
    """One series of a file, in numbers; times in milliseconds."""

    name: str
    target: str
    reason: str
    is_new_station: bool
    is_new_sensor: bool
    is_key_kept: bool
    field: int
    count: int = 0
    duplicates: int = 0
    first: int = 0
    last: int = 0

    @property
    def first_at(self) -> Any:
        return from_ms(self.first)

    @property
    def last_at(self) -> Any:
        return from_ms(self.last)


@dataclass(slots=True)
class Preview:
    """The whole file; `troubles` lists the first of the lines that cannot be stored."""

    format: str
    lines: int = 0
    series: list[Series] = dataclasses.field(default_factory=list)
    troubles: list[tuple[int, str]] = dataclasses.field(default_factory=list)
    trouble_count: int = 0

    @property
    def wanted(self) -> int:
        return sum(one.count for one in self.series if not one.reason)

    @property
    def duplicates(self) -> int:
        return sum(one.duplicates for one in self.series)

    @property
    def new_stations(self) -> int:
        return len({one.target.partition(" (new)")[0] for one in self.series if one.is_new_station})

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Preview:
        series = [Series(**one) for one in stored["series"]]
        return cls(**{**stored, "series": series})


def items_of(path: str, format_: Format, zone_name: str) -> Iterator[Item | Trouble]:
    """Return a file's readings; one of the future is a trouble."""
    latest = now_ms() + _AHEAD_MS
    for item in format_.read(path, zone_name):
        if isinstance(item, Item) and item.measured_at > latest:
            yield Trouble(item.line, "that time is still to come")
        else:
            yield item


def examine(
    path: str,
    wanted: str,
    chosen: Chosen,
    zone_name: str,
    tell: Callable[[int], None] = lambda _: None,
) -> Preview:
    """Read a whole file; raise `Unreadable` when nothing can be made of it.

    `tell` is called with the number of readings seen, now and then.
    """
    format_ = format_of(path, wanted)
    preview, tallies = Preview(format_.name), dict[tuple[str, int], _Tally]()
    for item in items_of(path, format_, zone_name):
        preview.lines += 1
        if preview.lines % 20_000 == 0:
            tell(preview.lines)
        if isinstance(item, Trouble):
            preview.trouble_count += 1
            if preview.trouble_count <= MOST_LISTED:
                preview.troubles.append((item.line, item.text))
            continue
        tally = tallies.get(item.source.identity)
        if tally is None:
            tally = tallies[item.source.identity] = _Tally(item.source, chosen)
        tally.add(item.measured_at)
    preview.series = [tally.finished() for tally in tallies.values()]
    return preview


class _Tally:
    """Counts one series, and which of its readings are there already."""

    def __init__(self, source: Source, chosen: Chosen) -> None:
        self._target = target_of(source, chosen)
        self._times: list[int] = []
        is_new = bool(self._target.new_name)
        self._series = Series(
            source.name,
            self._target.title,
            self._target.reason,
            is_new,
            not self._target.is_left_out and self._target.sensor is None,
            is_new and bool(source.api_key),
            self._target.field,
        )

    def add(self, at: int) -> None:
        series = self._series
        series.first = min(series.first, at) if series.count else at
        series.last = max(series.last, at)
        series.count += 1
        if self._target.sensor is not None:
            self._times.append(at)
            if len(self._times) == _CHUNK:
                self._look_up()

    def finished(self) -> Series:
        self._look_up()
        return self._series

    def _look_up(self) -> None:
        if self._target.sensor is not None and self._times:
            there = Reading.objects.filter(
                sensor_id=self._target.sensor.pk, measured_at__in=self._times
            )
            self._series.duplicates += there.count()
        self._times.clear()
