"""The same points in InfluxDB 1.x, asked for over HTTP as its own clients do."""

from __future__ import annotations

import http.client
import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from benchmarks import servers

_BATCH = 20_000


class Ask(Protocol):
    def __call__(self, sensor_id: int, since: int, until: int, points: int) -> Any: ...


@contextmanager
def running(folder: Path, days: int, until: int) -> Iterator[Ask]:
    """Start it with every reading of the database; yields a way to ask for a chart's data."""
    home = folder / "influx"
    is_new = not home.exists()
    with servers.influx(home) as port, closing(_connect(port)) as connection:
        if is_new:
            began = time.perf_counter()
            _load(connection, folder / "db.sqlite3")
            print(f"InfluxDB filled in {time.perf_counter() - began:.0f} s")

        def ask(sensor_id: int, since: int, until: int, points: int) -> Any:
            width = (until - since) // points
            query = (
                "SELECT MIN(value), MEAN(value), MAX(value), COUNT(value) FROM reading"
                f" WHERE sensor = '{sensor_id}' AND time >= {since}ms AND time < {until}ms"
                f" GROUP BY time({width}ms) FILL(none)"
            )
            connection.request("GET", f"/query?db=bench&epoch=ms&q={quote(query)}")
            found = json.loads(connection.getresponse().read())
            return found["results"][0]["series"][0]["values"]

        yield ask


def _connect(port: int) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", port, timeout=120)


def _load(connection: http.client.HTTPConnection, database: Path) -> None:
    with closing(sqlite3.connect(database)) as source:
        rows = source.execute("SELECT sensor_id, measured_at, value FROM readings_reading")
        while batch := rows.fetchmany(_BATCH):
            body = "\n".join(f"reading,sensor={one} value={value} {at}" for one, at, value in batch)
            connection.request("POST", "/write?db=bench&precision=ms", body)
            response = connection.getresponse()
            response.read()
            assert response.status == 204, response.status
