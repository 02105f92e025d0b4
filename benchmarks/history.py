"""Charts over ten stations and three years of minutes: 15.8 million readings in SQLite.

    .venv/bin/python -m benchmarks.history FOLDER [--days 1096] [--rounds 40] [--no-influx]

FOLDER keeps the database (and InfluxDB's, which gets the same points), so that a second run
only measures. Readings go in minute by minute across the stations, as they arrive in a house,
past the write path, which would take hours; `rebuild_summaries --check` proves the summaries.
What is compared takes turns within each round, three times each, of which the least counts:
the machine has other work, and it comes in the middle of whatever follows a long query.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import history_fill, history_influx, history_server, servers
from benchmarks.times import Times

POINTS = 500


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--days", type=int, default=3 * 365 + 1)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--no-influx", action="store_true")
    options = parser.parse_args()
    folder = options.folder.resolve()
    os.environ |= {"DATA_DIR": str(folder), "LOG_LEVEL": "ERROR", "TIME_ZONE": "Europe/Berlin"}
    os.environ["DJANGO_SETTINGS_MODULE"] = "iotserver.settings"
    os.environ.pop("DATABASE_URL", None)
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    until = history_fill.fill(folder, options.days)
    history_fill.report_size(folder)
    with_influx = servers.has_influx() and not options.no_influx
    if with_influx:
        with history_influx.running(folder, options.days, until) as ask:
            _compare_queries(until, options.rounds, ask)
    else:
        _compare_queries(until, options.rounds, None)
    history_server.measure(folder, until, options.rounds * 5)


def _compare_queries(until: int, rounds: int, influx: history_influx.Ask | None) -> None:
    """Time the data of a chart: as the server reads it, grouped from raw rows, from InfluxDB."""
    from zoneinfo import ZoneInfo

    from history.ranges import Range
    from history.series import read_series
    from readings.times import DAY_MS
    from stations.models import Sensor

    sensor = Sensor.objects.select_related("station").order_by("pk")[4]
    zone = ZoneInfo("Europe/Berlin")
    for name, days in (("1 year", 365), ("30 days", 30), ("7 days", 7), ("24 hours", 1)):
        period = Range(until - days * DAY_MS, until)
        ways: dict[str, Callable[[], Any]] = {
            "series": partial(read_series, sensor, period, POINTS, zone),
            "grouped": partial(_grouped, sensor.pk, period.since, period.until),
        }
        if influx:
            ways["InfluxDB"] = partial(influx, sensor.pk, period.since, period.until, POINTS)
        times = {way: Times() for way in ways}
        for do in ways.values():
            do()  # all sides warm
        for _ in range(rounds):
            for way, do in ways.items():
                times[way].measure(do, tries=3)
        source = read_series(sensor, period, POINTS, zone)
        print(f"{name}, {len(source.stretches)} points from {source.source}:")
        ours = times["series"].median
        for way, taken in times.items():
            print(f"  {way:9}{taken}, {taken.median / ours:.1f} times")


def _grouped(sensor_id: int, since: int, until: int) -> list[Any]:
    """The plain way: group the same table's rows into as many buckets."""
    from django.db import connection

    width = (until - since) // POINTS
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT measured_at / %s, MIN(value), AVG(value), MAX(value), COUNT(*)"
            " FROM readings_reading WHERE sensor_id = %s AND measured_at >= %s"
            " AND measured_at < %s AND NOT is_outlier GROUP BY 1 ORDER BY 1",
            [width, sensor_id, since, until],
        )
        rows: list[Any] = cursor.fetchall()
    return rows


if __name__ == "__main__":
    began = time.perf_counter()
    main()
    print(f"all in {time.perf_counter() - began:.0f} s")
