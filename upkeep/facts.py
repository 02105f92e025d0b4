"""What a database holds, in a few numbers: a restored copy has to show the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from readings.times import from_ms

Ask = Callable[[str], Sequence[tuple[Any, ...]]]

_TABLES_OF_SQLITE = "SELECT name FROM sqlite_master WHERE type = 'table'"
_TABLES_OF_POSTGRES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
_NEWEST = "SELECT max(measured_at), max(received_at) FROM readings_latest"
_DAYS = """
SELECT sensor_id, sum(count), min(period), max(period), min(min), max(max)
FROM readings_daysummary GROUP BY sensor_id ORDER BY sensor_id"""


@dataclass(frozen=True, slots=True)
class Facts:
    """Rows of every table, the newest reading's times (ms), and what the days add up to."""

    rows: dict[str, int]
    newest: tuple[int | None, int | None]
    days: tuple[tuple[Any, ...], ...]

    def __str__(self) -> str:
        readings = self.rows["readings_reading"]
        measured_at = self.newest[0]
        if measured_at is None:
            return f"{readings:,} readings"
        return f"{readings:,} readings, the newest of {from_ms(measured_at):%Y-%m-%d %H:%M} UTC"


def of_sqlite(ask: Ask) -> Facts:
    return _gather(ask, _TABLES_OF_SQLITE)


def of_postgres(ask: Ask) -> Facts:
    return _gather(ask, _TABLES_OF_POSTGRES)


def _gather(ask: Ask, tables: str) -> Facts:
    names = sorted(row[0] for row in ask(tables))
    rows = {name: int(ask(f'SELECT count(*) FROM "{name}"')[0][0]) for name in names}  # noqa: S608
    measured_at, received_at = ask(_NEWEST)[0]
    return Facts(rows, (measured_at, received_at), tuple(tuple(row) for row in ask(_DAYS)))
