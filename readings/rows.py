"""What a measurement becomes in the database. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from readings import units
from readings.calibration import offset_at
from readings.measurements import Measurement
from readings.store import Digests, LatestRow, Row, digests
from readings.times import SECOND_MS, DayFinder, hour_of
from readings.values import InvalidValue, checked_time, checked_value
from stations.auth import Offsets, SensorEntry

_NO_MARK = ("", 0)


class Entry(NamedTuple):
    """A measurement and the row it is to be."""

    row: Row
    measurement: Measurement
    offsets: Offsets = ()


class Lines(NamedTuple):
    """What new readings bring into the other tables."""

    latest: Sequence[LatestRow]
    hours: Digests
    days: Digests


def entry(sensor: SensorEntry, measurement: Measurement, received_at: int | None) -> Entry:
    """Make a row of a measurement, in its sensor's stored unit.

    A unit may carry it out of bounds, a long age out of time: the database's own
    check would fail the whole batch, and again with every resend. `received_at`
    is None for what was received when it was measured.
    """
    at = checked_time(measurement.measured_at)
    if at < sensor.raw_since:
        # Its summaries may hold it already: with the reading gone nobody could tell.
        raise InvalidValue("older than kept")
    convert, low, high = _rule(sensor.quantity, sensor.unit)
    value = checked_value(convert(measurement.value) if convert else measurement.value)
    delay_s = 0 if received_at is None or received_at < at else (received_at - at) // SECOND_MS
    row = Row(sensor.id, at, value, delay_s, not low <= value <= high)
    return Entry(row, measurement, sensor.offsets)


def lines(
    entries: Sequence[Entry], rows: Sequence[Row], received_at: int | None, day_of: DayFinder
) -> Lines:
    """Return what entries come to of which `rows` are new."""
    seen = _calibrated(entries, rows)
    good = [row for row in seen if not row.is_outlier]
    hours = digests(good, [hour_of(row[1]) for row in good])
    days = digests(good, [day_of(row[1]) for row in good])
    return Lines(_latest_rows(entries, seen, received_at), hours, days)


def _calibrated(entries: Iterable[Entry], rows: Sequence[Row]) -> Sequence[Row]:
    """Return rows as pages are to see them; the table of readings keeps what was sent."""
    offsets = {one.row.sensor_id: one.offsets for one in entries if one.offsets}
    if not offsets:
        return rows
    return [
        row._replace(value=row.value + offset_at(offsets.get(row.sensor_id, ()), row.measured_at))
        for row in rows
    ]


@lru_cache(256)
def _rule(quantity: str, unit: str) -> tuple[Callable[[float], float] | None, float, float]:
    """Return how a value is converted, None for not at all, and its physical range."""
    return units.converter(quantity, unit), *units.physical_range(quantity)


def _latest_rows(
    entries: Sequence[Entry], rows: Iterable[Row], received_at: int | None
) -> list[LatestRow]:
    """Return one line per sensor heard of: its newest good value and last sequence."""
    newest: dict[int, Row] = {}
    for row in rows:
        held = newest.get(row[0])
        if not row.is_outlier and (held is None or row.measured_at >= held.measured_at):
            newest[row[0]] = row
    last = {row[0]: measurement for row, measurement, _ in entries}
    # Not always of the last: one without a sequence leaves the mark where it was.
    marks = {row[0]: m.sequence for row, m, _ in entries if m.sequence}
    found = []
    for sensor_id, measurement in last.items():
        best, (boot, number) = newest.get(sensor_id), marks.get(sensor_id, _NO_MARK)
        at, value = (best.measured_at, best.value) if best else (None, None)
        heard_at = (best or measurement).measured_at if received_at is None else received_at
        found.append(LatestRow(sensor_id, at, value, heard_at, boot, number))
    return sorted(found)
