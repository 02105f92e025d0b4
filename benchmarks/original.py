"""The way of working this server replaces, as a bare WSGI app.

Each request opens the SQLite file, inserts one row and commits, in SQLite's
default journal mode. Left out, in its favour: Flask, and the page of 1.4 kB it
answered with.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

DATABASE = os.environ["ORIGINAL_DATABASE"]
KEY = os.environ["ORIGINAL_KEY"]


def create() -> None:
    with sqlite3.connect(DATABASE) as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS data (Id INTEGER PRIMARY KEY AUTOINCREMENT,"
            " API_key TEXT, date_time TEXT, mac TEXT, field INTEGER, data REAL)"
        )


def application(
    environ: dict[str, Any], start_response: Callable[[str, list[tuple[str, str]]], Any]
) -> Iterable[bytes]:
    parts = dict(piece.partition("=")[::2] for piece in environ["PATH_INFO"].split("/"))
    if parts["API_key"] == KEY:
        connection = sqlite3.connect(DATABASE, timeout=30)
        connection.execute(
            "INSERT INTO data (API_key, date_time, mac, field, data) VALUES (?, ?, ?, ?, ?)",
            (
                parts["API_key"],
                datetime.now(UTC).isoformat(),
                parts["mac"],
                int(parts["field"]),
                float(parts["data"]),
            ),
        )
        connection.commit()
        connection.close()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "2")])
    return [b"OK"]


if __name__ == "__main__":
    create()
