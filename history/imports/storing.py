"""Stores what a file holds, through the one write path, in batches that boards do not feel.

What is there already is passed over, so that a run that was cut short is simply done again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from django.core.exceptions import ValidationError

from history.imports.formats import FORMATS
from history.imports.items import Format, Item, Source, Trouble
from history.imports.preview import MOST_LISTED, items_of
from history.imports.targets import Chosen, Target, make, target_of
from readings.ingest import record_readings
from readings.measurements import Measurement
from readings.values import InvalidValue
from stations.models import Sensor, Station
from stations.verbs import TooManySensors

_BATCH = 1_000


@dataclass(slots=True)
class Progress:
    """How far an import is: lines seen, readings new, there already, and in trouble."""

    seen: int = 0
    stored: int = 0
    there: int = 0
    trouble_count: int = 0
    troubles: list[tuple[int, str]] = field(default_factory=list)

    def add_trouble(self, line: int, text: str) -> None:
        self.trouble_count += 1
        if self.trouble_count <= MOST_LISTED:
            self.troubles.append((line, text))


def store(
    path: str,
    format_name: str,
    chosen: Chosen,
    zone_name: str,
    tell: Callable[[Progress], None],
    progress: Progress | None = None,
) -> Progress:
    """Store a file; `tell` is called after every batch and may raise to end it there.

    `progress` of a run that was cut short goes on behind what it saw.
    """
    format_ = FORMATS[format_name]
    progress = progress or Progress()
    importer = _Importer(format_, chosen, progress)
    items = islice(items_of(path, format_, zone_name), progress.seen, None)
    while batch := list(islice(items, _BATCH)):
        began = time.perf_counter()
        importer.take(batch)
        took_s = time.perf_counter() - began
        progress.seen += len(batch)
        tell(progress)
        time.sleep(took_s)  # boards have the lock for half of the time at least
    return progress


class _Importer:
    def __init__(self, format_: Format, chosen: Chosen, progress: Progress) -> None:
        self._format = format_
        self._chosen = chosen
        self._progress = progress
        self._targets: dict[tuple[str, int], Target] = {}

    def take(self, batch: Sequence[Item | Trouble]) -> None:
        """Store a batch, station by station."""
        by_station: dict[int, tuple[Station, list[tuple[Item, Sensor]]]] = {}
        for item in batch:
            if isinstance(item, Trouble):
                self._progress.add_trouble(item.line, item.text)
                continue
            target = self._target(item.source)
            if target.station is None or target.sensor is None:
                continue  # left out
            if item.measured_at < target.sensor.raw_since:
                self._progress.add_trouble(item.line, "older than its sensor keeps readings")
                continue
            held = by_station.setdefault(target.station.pk, (target.station, []))
            held[1].append((item, target.sensor))
        for station, pairs in by_station.values():
            self._store(station, pairs)

    def _target(self, source: Source) -> Target:
        """Return where a series goes, made on its first reading."""
        target = self._targets.get(source.identity)
        if target is None:
            target = target_of(source, self._chosen)
            if not target.is_left_out:
                target = self._made(source, target)
            self._targets[source.identity] = target
        return target

    def _made(self, source: Source, target: Target) -> Target:
        try:
            make(source, target)
        except TooManySensors:
            return self._left_out(source, "its station has as many sensors as it may")
        except ValidationError as error:
            return self._left_out(source, " ".join(error.messages))
        return target

    def _left_out(self, source: Source, reason: str) -> Target:
        self._progress.add_trouble(0, f"{source.name} is left out: {reason}")
        return Target(source.field, reason=reason)

    def _store(self, station: Station, pairs: Sequence[tuple[Item, Sensor]]) -> None:
        try:
            new = self._record(station, pairs)
        except InvalidValue as error:
            if len(pairs) == 1:
                self._progress.add_trouble(pairs[0][0].line, str(error))
                return
            for half in (pairs[: len(pairs) // 2], pairs[len(pairs) // 2 :]):
                self._store(station, half)  # to find the line that it is
        else:
            self._progress.stored += new
            self._progress.there += len(pairs) - new

    def _record(self, station: Station, pairs: Sequence[tuple[Item, Sensor]]) -> int:
        measurements = [
            Measurement(sensor.field, item.value, item.measured_at, is_exact=True)
            for item, sensor in pairs
        ]
        return record_readings(
            station,
            measurements,
            is_history=True,
            is_in_stored_units=self._format.is_in_stored_units,
        )
