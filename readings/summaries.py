"""Recomputes the summaries of hours and days from the readings themselves.

Ingest keeps them right; this is for when the ground moved under them: TIME_ZONE
changed, or another program wrote to the table of readings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import isclose
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper

from readings.calibration import value_sql
from readings.locks import write_transaction
from readings.models import DaySummary, HourSummary, Reading
from readings.store import Digest
from readings.times import HOUR_MS, day_of, day_start_ms, hour_of
from stations.models import Sensor

_COLUMNS = "period, count, sum, min, max, min_at, max_at"

_BOUNDS = "SELECT MIN(period), MAX(period) FROM {table} WHERE sensor_id = %s"
_HELD = "SELECT {columns} FROM {table} WHERE sensor_id = %s AND period >= %s AND period < %s"
_DELETE = "DELETE FROM {table} WHERE sensor_id = %s AND period = %s"
_INSERT = """
INSERT INTO {table} (sensor_id, {columns}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"""

# The times of a period's extremes need the extremes first, hence the windows.
# CROSS JOIN keeps SQLite from reading the sensor's whole table for each period.
_EXPECTED = """
WITH bounds (period, since, until) AS (VALUES {bounds})
SELECT period, COUNT(*), SUM(value), MIN(value), MAX(value),
       MIN(CASE WHEN value = least THEN measured_at END),
       MIN(CASE WHEN value = greatest THEN measured_at END)
FROM (
  SELECT bounds.period, measured_at, {value} AS value,
         MIN({value}) OVER (PARTITION BY bounds.period) AS least,
         MAX({value}) OVER (PARTITION BY bounds.period) AS greatest
  FROM bounds CROSS JOIN readings_reading
  WHERE sensor_id = %s AND measured_at >= since AND measured_at < until AND NOT is_outlier
) AS valued
GROUP BY period"""


class Wrong(NamedTuple):
    """How many summaries of a sensor differ from its readings."""

    hours: int
    days: int


@dataclass(frozen=True, slots=True)
class _Table:
    """What tells hours from days."""

    name: str
    step: int  # periods at a time; the write lock is held for about 10,000 readings
    period_of: Callable[[int], int]
    start_of: Callable[[int], int]

    def sql(self, template: str) -> str:
        return template.format(table=self.name, columns=_COLUMNS)


def check(sensor_id: int, since: int = 0) -> Wrong:
    """Return how many summaries of a sensor are wrong, missing or too many.

    `since`, in milliseconds, leaves out the periods that began before it.
    """
    hours, days = _tables()
    return Wrong(
        _go_through(hours, sensor_id, since=since), _go_through(days, sensor_id, since=since)
    )


def rebuild(sensor_id: int, since: int = 0) -> Wrong:
    """Replace the summaries of a sensor that are wrong; return how many were.

    `since`, in milliseconds, leaves out the periods that began before it.
    """
    hours, days = _tables()
    return Wrong(
        _go_through(hours, sensor_id, mend=True, since=since),
        _go_through(days, sensor_id, mend=True, since=since),
    )


def begin_of_day(at: int) -> int:
    """Return the midnight that begins the house's day of a time, in milliseconds."""
    zone = ZoneInfo(settings.TIME_ZONE)
    return day_start_ms(day_of(at, zone), zone)


def refresh(sensor_id: int, at: int) -> None:
    """Recompute the hour and the day of one time, inside the caller's transaction."""
    with connection.cursor() as cursor:
        for table in _tables():
            period = table.period_of(at)
            known = _not_pruned(table, sensor_id, range(period, period + 1))
            if known:
                _replace(cursor, table, sensor_id, _differing(cursor, table, sensor_id, known))


def _tables() -> tuple[_Table, _Table]:
    zone = ZoneInfo(settings.TIME_ZONE)
    hour_table, day_table = HourSummary._meta.db_table, DaySummary._meta.db_table
    return (
        _Table(hour_table, 7 * 24, hour_of, lambda hour: hour * HOUR_MS),
        _Table(day_table, 7, lambda ms: day_of(ms, zone), lambda day: day_start_ms(day, zone)),
    )


def _go_through(table: _Table, sensor_id: int, *, mend: bool = False, since: int = 0) -> int:
    """Compare all periods of a sensor in steps, each in a transaction of its own."""
    wrong = 0
    for periods in _steps(table, sensor_id, since):
        # Nobody may post between the look at the readings and at the summaries.
        with write_transaction(), connection.cursor() as cursor:
            known = _not_pruned(table, sensor_id, periods)
            differing = _differing(cursor, table, sensor_id, known) if known else {}
            wrong += len(differing)
            if mend:
                _replace(cursor, table, sensor_id, differing)
    return wrong


def _steps(table: _Table, sensor_id: int, since: int) -> Iterator[range]:
    """Cut the periods in which a sensor has readings or summaries into pieces."""
    first = table.period_of(since) + 1 if since else 0
    with connection.cursor() as cursor:
        cursor.execute(table.sql(_BOUNDS), [sensor_id])
        bounds = [period for period in cursor.fetchone() if period is not None]
    bounds += [table.period_of(at) for at in _first_and_last(sensor_id)]
    if bounds:
        end = max(bounds) + 1
        for start in range(max(first, min(bounds)), end, table.step):
            yield range(start, min(start + table.step, end))


def _not_pruned(table: _Table, sensor_id: int, periods: range) -> range:
    """Leave out the periods whose readings are deleted: their summaries are all there is.

    Asked anew in each step, for pruning may go on beside this.
    """
    sensor = Sensor.objects.filter(pk=sensor_id).only("raw_since").first()
    if sensor is None or not sensor.raw_since:
        return periods
    first = table.period_of(sensor.raw_since - 1) + 1
    return range(max(first, periods.start), periods.stop)


def _first_and_last(sensor_id: int) -> list[int]:
    times = Reading.objects.filter(sensor_id=sensor_id).order_by("measured_at")
    ends = (times.first(), times.last())
    return [reading.measured_at for reading in ends if reading is not None]


def _differing(
    cursor: CursorWrapper, table: _Table, sensor_id: int, periods: range
) -> dict[int, Digest | None]:
    """Return what the wrong summaries should be, None for those that should not be there."""
    expected = _expected(cursor, table, sensor_id, periods)
    cursor.execute(table.sql(_HELD), [sensor_id, periods.start, periods.stop])
    held = {row[0]: Digest(sensor_id, *row) for row in cursor.fetchall()}
    return {
        period: expected.get(period)
        for period in held.keys() | expected.keys()
        if not _is_same(held.get(period), expected.get(period))
    }


def _expected(
    cursor: CursorWrapper, table: _Table, sensor_id: int, periods: range
) -> dict[int, Digest]:
    """Return the summaries that follow from the readings, by period."""
    bounds = [
        number
        for period in periods
        for number in (period, table.start_of(period), table.start_of(period + 1))
    ]
    marks = ", ".join(["(%s, %s, %s)"] * len(periods))
    sql = _EXPECTED.format(bounds=marks, value=value_sql(sensor_id))
    cursor.execute(sql, [*bounds, sensor_id])
    return {row[0]: Digest(sensor_id, *row) for row in cursor.fetchall()}


def _is_same(one: Digest | None, other: Digest | None) -> bool:
    """Compare; sums may differ in the last digits, with the order of adding up."""
    if one is None or other is None:
        return one is other
    is_close = isclose(one.sum, other.sum, rel_tol=1e-9, abs_tol=1e-6)
    return is_close and one._replace(sum=0) == other._replace(sum=0)


def _replace(
    cursor: CursorWrapper, table: _Table, sensor_id: int, digests: dict[int, Digest | None]
) -> None:
    cursor.executemany(table.sql(_DELETE), [(sensor_id, period) for period in digests])
    wanted: Sequence[Digest] = [digest for digest in digests.values() if digest is not None]
    cursor.executemany(table.sql(_INSERT), wanted)
