"""What a measurement becomes in the database. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from itertools import compress, repeat
from math import isnan
from typing import NamedTuple

from readings import units
from readings.calibration import offset_at
from readings.digests import Newest, digested
from readings.measurements import Measurement
from readings.store import Digests, LatestRow, Row
from readings.times import SECOND_MS, DayFinder
from readings.values import (
    EARLIEST_MS,
    LATEST_MS,
    MAX_MAGNITUDE,
    InvalidValue,
    checked_time,
    checked_value,
)
from stations.auth import Offsets, SensorEntry

_NO_MARK = ("", 0)
_MANY = 16  # from here on columns are faster
# `Row(...)` goes through a function of Python's for each.
_as_row = partial(tuple.__new__, Row)


class Entries(NamedTuple):
    """Measurements and, one for one, the rows they are to be; offsets of calibrated sensors."""

    measurements: list[Measurement]
    rows: list[Row]
    offsets: dict[int, Offsets]

    def add_one(
        self, sensor: SensorEntry, measurement: Measurement, received_at: int | None
    ) -> None:
        """Add what one sensor measured. `received_at` is None for what was received when it
        was measured. Raises `InvalidValue`.
        """
        self.rows.append(_row(sensor, measurement, received_at))
        self.measurements.append(measurement)
        if sensor.offsets:
            self.offsets[sensor.id] = sensor.offsets

    def add(
        self, sensor: SensorEntry, measurements: Sequence[Measurement], received_at: int | None
    ) -> None:
        """`add_one` for many of one sensor; where it raises, none is added."""
        self.rows.extend(_rows(sensor, measurements, received_at))
        self.measurements.extend(measurements)
        if sensor.offsets:
            self.offsets[sensor.id] = sensor.offsets

    def cut(self, count: int) -> None:
        """Take back what was added after the first `count`."""
        del self.rows[count:], self.measurements[count:]

    def only(self, wanted: Sequence[bool]) -> Entries:
        """Return those that are wanted, one mark for each."""
        measurements = list(compress(self.measurements, wanted))
        return Entries(measurements, list(compress(self.rows, wanted)), self.offsets)


class Lines(NamedTuple):
    """What new readings bring into the other tables."""

    latest: Sequence[LatestRow]
    hours: Digests
    days: Digests


def _rows(
    sensor: SensorEntry, measurements: Sequence[Measurement], received_at: int | None
) -> list[Row]:
    if len(measurements) >= _MANY:
        rows = _plain_rows(sensor, measurements, received_at)
        if rows is not None:
            return rows
    return [_row(sensor, one, received_at) for one in measurements]


def _row(sensor: SensorEntry, measurement: Measurement, received_at: int | None) -> Row:
    """Make a row of a measurement, in its sensor's stored unit.

    A unit may carry it out of bounds, a long age out of time: the database's own
    check would fail the whole batch, and again with every resend.
    """
    at = checked_time(measurement.measured_at)
    if at < sensor.raw_since:
        # Its summaries may hold it already: with the reading gone nobody could tell.
        raise InvalidValue("older than kept")
    convert, low, high = _rule(sensor.quantity, sensor.unit)
    value = checked_value(convert(measurement.value) if convert else measurement.value)
    delay_s = 0 if received_at is None or received_at < at else (received_at - at) // SECOND_MS
    return Row(sensor.id, at, value, delay_s, 0 if low <= value <= high else 1)


def _plain_rows(
    sensor: SensorEntry, measurements: Sequence[Measurement], received_at: int | None
) -> list[Row] | None:
    """Do what `_row` does; None where a value or a time is any way unusual."""
    _, values, times, _, _ = zip(*measurements, strict=True)
    convert, low, high = _rule(sensor.quantity, sensor.unit)
    if convert:
        values = tuple(map(convert, values))
    newest = LATEST_MS - 1 if received_at is None else min(received_at, LATEST_MS - 1)
    if min(times) < max(EARLIEST_MS, sensor.raw_since) or max(times) > newest:
        return None
    # No number is more or less than NaN; a sum with one in it is NaN.
    if min(values) < low or max(values) > high or isnan(sum(values)):
        return None
    delays = [0 if received_at is None else (received_at - at) // SECOND_MS for at in times]
    return list(map(_as_row, zip(repeat(sensor.id), times, values, delays, repeat(0))))


def lines(
    entries: Entries, rows: Sequence[Row], received_at: int | None, day_of: DayFinder
) -> Lines:
    """Return what entries come to of which `rows` are new."""
    seen = _calibrated(entries.offsets, rows)
    hours, days, newest = digested([row for row in seen if not row[4]], day_of)
    return Lines(_latest_rows(entries, newest, received_at), hours, days)


def _calibrated(offsets: Mapping[int, Offsets], rows: Sequence[Row]) -> Sequence[Row]:
    """Return rows as pages are to see them; the table of readings keeps what was sent."""
    if not offsets:
        return rows
    return [
        row._replace(value=row.value + offset_at(offsets.get(row.sensor_id, ()), row.measured_at))
        for row in rows
    ]


@lru_cache(256)
def _rule(quantity: str, unit: str) -> tuple[Callable[[float], float] | None, float, float]:
    """Return how a value is converted, None for not at all, and its physical range.

    Of what has none, and may be anything, the range that the database takes.
    """
    low, high = units.physical_range(quantity)
    return units.converter(quantity, unit), max(low, -MAX_MAGNITUDE), min(high, MAX_MAGNITUDE)


def _latest_rows(
    entries: Entries, newest: Mapping[int, Newest], received_at: int | None
) -> list[LatestRow]:
    """Return one line per sensor heard of: its newest good value and last sequence."""
    sensor_ids = [row[0] for row in entries.rows]
    last = dict(zip(sensor_ids, entries.measurements, strict=True))
    # Not always of the last: one without a sequence leaves the mark where it was.
    marks = {i: m[4] for i, m in zip(sensor_ids, entries.measurements, strict=True) if m[4]}
    found = []
    for sensor_id, measurement in last.items():
        best, (boot, number) = newest.get(sensor_id), marks.get(sensor_id, _NO_MARK)
        at, value = best or (None, None)
        heard_at = (at or measurement.measured_at) if received_at is None else received_at
        found.append(LatestRow(sensor_id, at, value, heard_at, boot, number))
    return sorted(found)
