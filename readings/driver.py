"""The database's driver without Django's cursor around it. Called by `readings.store`.

Django's cursor rewrites each statement's placeholders each time, which took half of a
small batch's time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache
from itertools import chain
from typing import Any, Protocol

from django.db import DEFAULT_DB_ALIAS, connections


class Cursor(Protocol):
    """What the drivers' cursors have in common."""

    @property
    def rowcount(self) -> int: ...
    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Cursor: ...
    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /, **options: Any) -> object: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...


@contextmanager
def driver_cursor() -> Iterator[Cursor]:
    """Open a cursor of the driver inside the caller's transaction; errors are Django's."""
    database = connections[DEFAULT_DB_ALIAS]  # `connection` looks for it at each turn
    database.ensure_connection()
    with database.wrap_database_errors, closing(database.connection.cursor()) as cursor:
        yield cursor


def is_sqlite(cursor: Cursor) -> bool:
    # By the cursor: asking Django's connection, which is a proxy, takes ten times as long.
    return isinstance(cursor, sqlite3.Cursor)


def sql(cursor: Cursor, statement: str) -> str:
    """Return a statement with the placeholders of the cursor's database."""
    return _for_sqlite(statement) if is_sqlite(cursor) else statement


def execute_all(cursor: Cursor, statement: str, rows: Sequence[Sequence[Any]]) -> None:
    """Execute a statement of one `VALUES (%s, ...)` for all rows.

    For many rows at once: PostgreSQL takes half the time for them. SQLite's driver lets other
    threads run for each step, and may wait long for its turn while the event loop has much to do.
    """
    for piece in in_pieces(rows):
        execute_piece(cursor, statement, piece)


def execute_piece(cursor: Cursor, statement: str, piece: Sequence[Sequence[Any]]) -> Cursor:
    """Execute a statement of one `VALUES (%s, ...)` for one of the pieces of `in_pieces`."""
    text = for_rows(sql(cursor, statement), len(piece), len(piece[0]))
    return cursor.execute(text, list(chain(*piece)))


def in_pieces(rows: Sequence[Sequence[Any]]) -> Iterator[Sequence[Sequence[Any]]]:
    """Yield rows in pieces of few sizes: so few statements stay prepared."""
    start, count = 0, len(rows)
    while start < count:
        size = _SIZES[min(count - start, _MOST_AT_ONCE)]
        yield rows[start : start + size]
        start += size


@cache
def for_rows(statement: str, count: int, width: int) -> str:
    """Return a statement of one row of placeholders for `count` rows."""
    mark = "?" if "?" in statement else "%s"
    row = f"({', '.join([mark] * width)})"
    return statement.replace(row, ", ".join([row] * count), 1)


@cache
def _for_sqlite(statement: str) -> str:
    return statement.replace("%s", "?")


_MOST_AT_ONCE = 500
# For each number of rows the largest piece of them. Five statements come in each of these 20
# sizes, and the driver keeps 128 prepared.
_PIECES = (1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 20, 24, 32, 40, 48, 64, 125, 250, _MOST_AT_ONCE)
_SIZES = [max((n for n in _PIECES if n <= rows), default=0) for rows in range(_MOST_AT_ONCE + 1)]
