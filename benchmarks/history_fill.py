"""Fills a database with years of minutes in a few minutes."""

from __future__ import annotations

import math
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

STATIONS = 10
MINUTE_MS, HOUR_MS = 60_000, 3_600_000
_STEPS = 1_021  # of noise that repeats
_INSERT = "INSERT INTO readings_reading VALUES (?, ?, ?, ?, ?)"
_HOURS = """
INSERT INTO readings_hoursummary (sensor_id, period, count, sum, min, max, min_at, max_at)
SELECT sensor_id, measured_at / 3600000, COUNT(*), SUM(value), MIN(value), MAX(value),
       MIN(CASE WHEN value = least THEN measured_at END),
       MIN(CASE WHEN value = greatest THEN measured_at END)
FROM (SELECT *, MIN(value) OVER hour AS least, MAX(value) OVER hour AS greatest
      FROM readings_reading WHERE sensor_id = ? AND NOT is_outlier
      WINDOW hour AS (PARTITION BY measured_at / 3600000))
GROUP BY 2"""


def fill(folder: Path, days: int) -> int:
    """Register stations and store `days` of minutes for each; return when they end, in ms."""
    from readings.times import DAY_MS
    from stations.models import Sensor, Station
    from stations.verbs import ensure_sensor, register_station

    if not Station.objects.exists():
        for number in range(STATIONS):
            placement = "outdoor" if number % 2 else "indoor"
            mac = f"5c:cf:7f:0b:00:{number:02x}"
            station = register_station(f"Room {number}", mac, placement=placement).station
            ensure_sensor(station.pk, 1)
    sensor_ids = list(Sensor.objects.order_by("pk").values_list("pk", flat=True))
    with closing(sqlite3.connect(folder / "db.sqlite3", isolation_level=None)) as database:
        newest = database.execute("SELECT MAX(measured_at) FROM readings_latest").fetchone()[0]
        if newest:
            return int(newest)
        until = int(time.time()) // 60 * MINUTE_MS
        began = time.perf_counter()
        _store(database, sensor_ids, until - days * DAY_MS, until)
        print(f"filled in {time.perf_counter() - began:.0f} s")
    return until


def _store(database: sqlite3.Connection, sensor_ids: list[int], since: int, until: int) -> None:
    database.execute("PRAGMA synchronous=OFF")
    database.execute("PRAGMA cache_size=-200000")
    # A commit now and then, as a house's are: a page is written when it is full.
    for start in range(since, until, 30 * 24 * HOUR_MS):
        end = min(start + 30 * 24 * HOUR_MS, until)
        database.execute("BEGIN")
        database.executemany(_INSERT, _minutes(sensor_ids, start, end))
        database.execute("COMMIT")
    database.execute("BEGIN")
    for sensor_id in sensor_ids:
        database.execute(_HOURS, [sensor_id])
    _store_days(database)
    database.execute(
        "INSERT INTO readings_latest"
        " SELECT sensor_id, MAX(measured_at), value, MAX(measured_at), '', 0"
        " FROM readings_reading GROUP BY sensor_id"
    )
    database.execute("COMMIT")


def _minutes(
    sensor_ids: list[int], since: int, until: int
) -> Iterator[tuple[int, int, float, int, int]]:
    luck = random.Random(since)
    noise = [luck.gauss(0, 0.3) for _ in range(_STEPS)]
    for at in range(since, until, MINUTE_MS):
        day = 2 * math.pi * at / (24 * HOUR_MS)
        year = 2 * math.pi * at / (365.25 * 24 * HOUR_MS)
        base = 11 - 9 * math.cos(year) - 5 * math.cos(day)
        minute = at // MINUTE_MS
        jitter = minute * 7919 % 900
        for place, sensor_id in enumerate(sensor_ids):
            celsius = base + place + noise[(minute + 101 * place) % _STEPS]
            yield sensor_id, at + jitter + place, round(celsius * 16) / 16, 0, 0


def _store_days(database: sqlite3.Connection) -> None:
    """Sum hours up to days of Europe/Berlin, whose midnights are full hours of UTC."""
    from zoneinfo import ZoneInfo

    from readings.times import day_of

    zone = ZoneInfo("Europe/Berlin")
    database.create_function("local_day", 1, lambda hour: day_of(hour * HOUR_MS, zone))
    database.execute(
        "INSERT INTO readings_daysummary"
        " (sensor_id, period, count, sum, min, max, min_at, max_at)"
        " SELECT sensor_id, day, SUM(count), SUM(sum), MIN(min), MAX(max),"
        " MIN(CASE WHEN min = least THEN min_at END),"
        " MIN(CASE WHEN max = greatest THEN max_at END)"
        " FROM (SELECT *, MIN(min) OVER days AS least, MAX(max) OVER days AS greatest"
        "  FROM (SELECT *, local_day(period) AS day FROM readings_hoursummary)"
        "  WINDOW days AS (PARTITION BY sensor_id, day))"
        " GROUP BY sensor_id, day"
    )


def report_size(folder: Path) -> None:
    """Print the bytes on disk per reading and whether the summaries are right."""
    with closing(sqlite3.connect(folder / "db.sqlite3")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        rows = database.execute("SELECT SUM(count) FROM readings_daysummary").fetchone()[0]
    size = sum(file.stat().st_size for file in folder.glob("db.sqlite3*"))
    print(f"{rows} readings, {size / rows:.1f} bytes each, summaries included")
