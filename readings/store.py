"""The SQL of the write path, alike on SQLite and PostgreSQL. Called by `readings.ingest`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db.backends.utils import CursorWrapper

from readings.times import DayFinder, hour_of


class Row(NamedTuple):
    """One line of `readings_reading`."""

    sensor_id: int
    measured_at: int
    value: float
    delay_s: int
    is_outlier: bool


class Digest(NamedTuple):
    """One line of a summary table: what some new readings add to a period."""

    sensor_id: int
    period: int
    n: int
    sum: float
    min: float
    max: float
    min_at: int
    max_at: int


class LatestRow(NamedTuple):
    sensor_id: int
    measured_at: int | None
    value: float | None
    received_at: int
    boot: str
    number: int


_INSERT = """
INSERT INTO readings_reading (sensor_id, measured_at, value, delay_s, is_outlier)
VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"""

# Of equal extremes the earliest is named, whatever order they arrive in.
_CROWD_MS = 100
_END_OF_CROWD = """
SELECT max(measured_at) FROM readings_reading
WHERE sensor_id = %s AND measured_at BETWEEN %s AND %s"""

_SUMMARISE = """
INSERT INTO {table} AS held (sensor_id, period, count, sum, min, max, min_at, max_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (sensor_id, period) DO UPDATE SET
  count = held.count + excluded.count,
  sum = held.sum + excluded.sum,
  min_at = CASE WHEN (excluded.min, excluded.min_at) < (held.min, held.min_at)
           THEN excluded.min_at ELSE held.min_at END,
  max_at = CASE WHEN (excluded.max, held.max_at) > (held.max, excluded.max_at)
           THEN excluded.max_at ELSE held.max_at END,
  min = CASE WHEN excluded.min < held.min THEN excluded.min ELSE held.min END,
  max = CASE WHEN excluded.max > held.max THEN excluded.max ELSE held.max END"""

_SUMMARISE_HOURS = _SUMMARISE.format(table="readings_hoursummary")
_SUMMARISE_DAYS = _SUMMARISE.format(table="readings_daysummary")

# A late reading never replaces a newer one, yet proves that the station is there.
_LATEST = """
INSERT INTO readings_latest AS held (sensor_id, measured_at, value, received_at, boot, number)
VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (sensor_id) DO UPDATE SET
  value = CASE WHEN excluded.measured_at >= COALESCE(held.measured_at, 0)
          THEN excluded.value ELSE held.value END,
  measured_at = CASE WHEN excluded.measured_at >= COALESCE(held.measured_at, 0)
          THEN excluded.measured_at ELSE held.measured_at END,
  received_at = CASE WHEN excluded.received_at > held.received_at
          THEN excluded.received_at ELSE held.received_at END,
  boot = CASE WHEN excluded.boot = '' THEN held.boot ELSE excluded.boot END,
  number = CASE WHEN excluded.boot = '' THEN held.number ELSE excluded.number END"""


def insert_all(cursor: CursorWrapper, rows: Sequence[Row]) -> int:
    """Insert rows, passing over those whose sensor and time are taken; return how many went in."""
    cursor.executemany(_INSERT, rows)
    return int(cursor.rowcount)


def insert_one(cursor: CursorWrapper, row: Row) -> bool:
    """Insert a row unless its sensor and time are taken; return whether it went in."""
    cursor.execute(_INSERT, row)
    return bool(cursor.rowcount == 1)


def end_of_crowd(cursor: CursorWrapper, row: Row) -> int:
    """Return the last time taken near a row whose own is taken.

    Stepping over one millisecond after the other would grow with every reading
    while a sensor posts more than a thousand a second.
    """
    cursor.execute(_END_OF_CROWD, [row.sensor_id, row.measured_at, row.measured_at + _CROWD_MS])
    return int(cursor.fetchone()[0])


def upsert_latest(cursor: CursorWrapper, rows: Iterable[LatestRow]) -> None:
    cursor.executemany(_LATEST, list(rows))


def add_to_summaries(cursor: CursorWrapper, rows: Iterable[Row], day_of: DayFinder) -> None:
    """Add new readings to the summaries of their hours and days."""
    kept = [row for row in rows if not row.is_outlier]
    if not kept:
        return
    cursor.executemany(_SUMMARISE_HOURS, _digest(kept, [hour_of(r.measured_at) for r in kept]))
    cursor.executemany(_SUMMARISE_DAYS, _digest(kept, [day_of(r.measured_at) for r in kept]))


def last_sequences(cursor: CursorWrapper, sensor_ids: Sequence[int]) -> dict[int, tuple[str, int]]:
    """Return the last sequence acknowledged for each sensor, as (boot, number)."""
    marks = ", ".join(["%s"] * len(sensor_ids))
    sql = f"SELECT sensor_id, boot, number FROM readings_latest WHERE sensor_id IN ({marks})"
    cursor.execute(sql, list(sensor_ids))
    return {sensor_id: (boot, number) for sensor_id, boot, number in cursor.fetchall()}


def _digest(rows: Iterable[Row], periods: Iterable[int]) -> list[Digest]:
    groups: dict[tuple[int, int], list[Row]] = {}
    for row, period in zip(rows, periods, strict=True):
        groups.setdefault((row.sensor_id, period), []).append(row)
    return [_summed(period, group) for (_, period), group in groups.items()]


def _summed(period: int, rows: Sequence[Row]) -> Digest:
    if len(rows) == 1:  # nearly always so when boards post, and three times as fast
        _, at, value, _, _ = rows[0]
        return Digest(rows[0].sensor_id, period, 1, value, value, value, at, at)
    values = [row.value for row in rows]
    least, greatest = min(values), max(values)
    return Digest(
        rows[0].sensor_id,
        period,
        len(rows),
        sum(values),
        least,
        greatest,
        min(row.measured_at for row in rows if row.value == least),
        min(row.measured_at for row in rows if row.value == greatest),
    )
