"""The dashboard's server time with ten stations and a year of minute readings.

    .venv/bin/python -m benchmarks.dashboard FOLDER [--days 365] [--requests 200]

FOLDER keeps the database, so that a second run only measures. Each request runs the
whole of Django in this process for a signed-in viewer: session, user, queries, template.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from pathlib import Path
from typing import Any

STATIONS = 10


def main() -> None:
    options = _options()
    os.environ |= {"DATA_DIR": str(options.folder.resolve()), "LOG_LEVEL": "ERROR"}
    os.environ["DJANGO_SETTINGS_MODULE"] = "iotserver.settings"
    os.environ.pop("DATABASE_URL", None)
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    _fill(options.days)
    _report_size(options.folder / "db.sqlite3")
    _measure("/", options.requests)
    _measure("/cards/", options.requests)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--requests", type=int, default=200)
    return parser.parse_args()


def _fill(days: int) -> None:
    """Record a year up to now for every station that is not there yet."""
    from readings.ingest import record_readings
    from readings.measurements import Measurement
    from readings.times import MINUTE_MS, now_ms
    from stations.models import Station
    from stations.verbs import register_station

    until = now_ms()
    for number in range(STATIONS - Station.objects.count()):
        placement = "outdoor" if number % 2 else "indoor"
        mac = f"5c:cf:7f:0b:00:{number:02x}"
        station = register_station(f"Room {number}", mac, placement=placement).station
        started = time.perf_counter()
        for start in range(days * 1_440, 0, -1_440):
            day = [
                Measurement(1, 15 + minute % 160 / 16, until - minute * MINUTE_MS, is_exact=True)
                for minute in range(start, start - 1_440, -1)
            ]
            record_readings(station, day, is_history=True)
        print(f"{station}: {days * 1_440 / (time.perf_counter() - started):.0f} readings/s")


def _report_size(database: Path) -> None:
    from django.db import connection

    from readings.models import Reading

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    rows, size = Reading.objects.count(), database.stat().st_size
    print(f"{rows} readings, {size / rows:.1f} bytes each, summaries included")


def _measure(path: str, requests: int) -> None:
    from django.contrib.auth import get_user_model
    from django.db import connection
    from django.test import Client

    user, _ = get_user_model()._default_manager.get_or_create(username="bench")
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    queries: list[str] = []

    def counted(run: Any, sql: str, *rest: Any) -> Any:
        queries.append(sql)
        return run(sql, *rest)

    with connection.execute_wrapper(counted):
        assert client.get(path).status_code == 200
    times = []
    for _ in range(requests):
        began = time.perf_counter()
        response = client.get(path)
        times.append((time.perf_counter() - began) * 1_000)
    times.sort()
    print(
        f"{path}: {len(queries)} queries, median {statistics.median(times):.1f} ms,"
        f" p99 {times[int(len(times) * 0.99)]:.1f} ms, {len(response.content)} bytes of HTML"
    )


if __name__ == "__main__":
    main()
