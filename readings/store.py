"""The SQL of the write path, alike on SQLite and PostgreSQL. Called by `readings.ingest`.

It speaks to the database's driver by itself, through `readings.driver`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from readings.driver import Cursor, execute_all, execute_piece, in_pieces, is_sqlite, sql


class Row(NamedTuple):
    """One line of `readings_reading`."""

    sensor_id: int
    measured_at: int
    value: float
    delay_s: int
    is_outlier: int  # 0 or 1, as SQLite has it: its driver takes half as long again for a bool


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


DigestColumns = tuple[int, int, int, float, float, float, int, int]
Digests = Sequence[DigestColumns]


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

_INSERT_AND_RETURN = f"{_INSERT} RETURNING sensor_id, measured_at"

# One look-up for each stretch: without CROSS, SQLite may read the whole table.
_TAKEN = """
WITH stretch (sensor_id, since, until) AS (VALUES (%s, %s, %s))
SELECT 1 FROM stretch CROSS JOIN readings_reading AS held
ON held.sensor_id = stretch.sensor_id AND held.measured_at BETWEEN since AND until LIMIT 1"""

_CROWD_MS = 100
_END_OF_CROWD = """
SELECT max(measured_at) FROM readings_reading
WHERE sensor_id = %s AND measured_at BETWEEN %s AND %s"""

# Of equal extremes the earliest is named, whatever order they arrive in.
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


class Taken(Exception):
    """Of some rows sensor and time are taken; the others are in, and should be rolled back."""


def insert_at_once(cursor: Cursor, rows: Sequence[Row]) -> list[bool]:
    """`insert` for rows that are likely to be free. Raises `Taken` where that proves wrong.

    Looking first takes as long as inserting, and nearly always finds nothing.
    """
    if not is_sqlite(cursor) or _has_equals(rows):
        return insert(cursor, rows)
    for piece in in_pieces(rows):
        if execute_piece(cursor, _INSERT, piece).rowcount < len(piece):
            raise Taken
    return [True] * len(rows)


def insert(cursor: Cursor, rows: Sequence[Row]) -> list[bool]:
    """Insert rows, passing over those whose sensor and time are taken; tell which went in.

    Where some are taken, row by row on SQLite: a savepoint to undo a whole batch would copy
    every page it touches, and took as long as all the inserts.
    """
    if not is_sqlite(cursor):
        return _insert_and_return(cursor, rows)
    if _are_free(cursor, rows):
        execute_all(cursor, _INSERT, rows)
        return [True] * len(rows)
    return [insert_one(cursor, row) for row in rows]


def _insert_and_return(cursor: Cursor, rows: Sequence[Row]) -> list[bool]:
    added: set[tuple[int, int]] = set()
    for piece in in_pieces([_with_boolean(row) for row in rows]):
        added.update(execute_piece(cursor, _INSERT_AND_RETURN, piece).fetchall())
    went_in = []
    for sensor_id, at, *_ in rows:
        went_in.append((sensor_id, at) in added)
        added.discard((sensor_id, at))  # of equal rows the first went in
    return went_in


def _are_free(cursor: Cursor, rows: Sequence[Row]) -> bool:
    """True when nothing is stored in the stretches of time that these rows are of."""
    if _has_equals(rows):
        return False
    return not any(
        execute_piece(cursor, _TAKEN, piece).fetchone() for piece in in_pieces(_stretches(rows))
    )


def _has_equals(rows: Sequence[Row]) -> bool:
    """True when two of these rows are of one sensor and one time."""
    # One look at sensors or at times is nearly always enough.
    if are_of_one_each(rows) or len({row[1] for row in rows}) == len(rows):
        return False
    return len({row[:2] for row in rows}) < len(rows)


def _stretches(rows: Sequence[Row]) -> list[tuple[int, int, int]]:
    """Return for each sensor the first and the last time that these rows are of."""
    if are_of_one_each(rows):
        return [(sensor_id, at, at) for sensor_id, at, _, _, _ in rows]
    times: dict[int, list[int]] = {}
    for row in rows:
        times.setdefault(row.sensor_id, []).append(row.measured_at)
    return [(sensor_id, min(found), max(found)) for sensor_id, found in times.items()]


def are_of_one_each(rows: Sequence[Row]) -> bool:
    """True when no two rows are of one sensor: mostly so when boards post, and three times
    as fast to work through.
    """
    return len({row[0] for row in rows}) == len(rows)


def insert_one(cursor: Cursor, row: Row) -> bool:
    """Insert a row unless its sensor and time are taken; return whether it went in."""
    cursor.execute(sql(cursor, _INSERT), row if is_sqlite(cursor) else _with_boolean(row))
    return cursor.rowcount == 1


def _with_boolean(row: Row) -> Sequence[object]:
    """Return a row as PostgreSQL has it, which takes no number for a truth."""
    return *row[:4], bool(row.is_outlier)


def end_of_crowd(cursor: Cursor, row: Row) -> int:
    """Return the last time taken near a row whose own is taken.

    Stepping over one millisecond after the other would grow with every reading
    while a sensor posts more than a thousand a second.
    """
    cursor.execute(
        sql(cursor, _END_OF_CROWD), [row.sensor_id, row.measured_at, row.measured_at + _CROWD_MS]
    )
    return int(cursor.fetchone()[0])


def upsert_latest(cursor: Cursor, rows: Sequence[LatestRow]) -> None:
    execute_all(cursor, _LATEST, rows)


def add_to_summaries(cursor: Cursor, hours: Digests, days: Digests) -> None:
    """Add what new readings come to to the summaries of their hours and days."""
    execute_all(cursor, _SUMMARISE_HOURS, hours)
    execute_all(cursor, _SUMMARISE_DAYS, days)


def last_sequences(cursor: Cursor, sensor_ids: Sequence[int]) -> dict[int, tuple[str, int]]:
    """Return the last sequence acknowledged for each sensor, as (boot, number)."""
    marks = ", ".join(["%s"] * len(sensor_ids))
    statement = f"SELECT sensor_id, boot, number FROM readings_latest WHERE sensor_id IN ({marks})"
    cursor.execute(sql(cursor, statement), list(sensor_ids))
    return {sensor_id: (boot, number) for sensor_id, boot, number in cursor.fetchall()}
