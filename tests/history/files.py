"""Files as other programs write them, made for a test."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

MAC, OTHER_MAC = "5c:cf:7f:0a:1b:2c", "5c:cf:7f:0a:1b:2d"
KEY = "TGS894F"

FEEDS_HEADER = "created_at,entry_id,field1,field2,latitude,longitude,elevation,status"


def write(path: Path, *lines: str) -> str:
    path.write_bytes("".join(f"{line}\r\n" for line in lines).encode())
    return str(path)


def feeds(path: Path, *lines: str) -> str:
    """Write a `feeds.csv` as ThingSpeak serves it."""
    return write(path, FEEDS_HEADER, *lines)


def original_database(path: Path, rows: Iterable[Sequence[Any]]) -> str:
    """Write the original server's file; rows are `API_key, date_time, mac, field, data`."""
    with closing(sqlite3.connect(path)) as database:
        database.execute(
            "CREATE TABLE data (Id INTEGER PRIMARY KEY AUTOINCREMENT, API_key TEXT,"
            " date_time TEXT, mac TEXT, field INTEGER, data REAL)"
        )
        database.executemany(
            "INSERT INTO data (API_key, date_time, mac, field, data) VALUES (?, ?, ?, ?, ?)",
            list(rows),
        )
        database.commit()
    return str(path)
