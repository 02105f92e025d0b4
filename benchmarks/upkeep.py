"""What the nightly work costs the boards: a backup, and the pruning of most of a database.

    .venv/bin/python -m benchmarks.upkeep FOLDER [--readings 5000000] [--per-second 100]

FOLDER keeps the database. Ten sensors' readings of a minute each are filled in, then a real
server is posted to at an even rate, alone, during a backup, and while all but the last month
is deleted. Every figure of a reply includes its commit.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.serving import running_server

ROOT = Path(__file__).resolve().parent.parent
KEY = "TGS894F"
MACS = [f"5c:cf:7f:0a:1b:{number:02x}" for number in range(10)]
_DAY = 1_440
_MANAGE = [sys.executable, "manage.py"]
_REGISTER = f"""
from stations.verbs import ensure_sensor, register_station
for mac in {MACS!r}:
    ensure_sensor(register_station(mac, mac, api_key={KEY!r}).station.pk, 1)
"""
_PRUNE = """
from stations.models import Sensor
from upkeep import retention
Sensor.objects.update(keep_raw_months=1)
print(retention.nightly())
"""
_ROW = """
INSERT INTO readings_reading (sensor_id, measured_at, value, delay_s, is_outlier)
VALUES (?, ?, ?, 0, 0)"""


def main() -> None:
    options = _options()
    data = options.folder.resolve() / "data"
    data.mkdir(parents=True, exist_ok=True)
    os.environ |= {"DATA_DIR": str(data), "LOG_LEVEL": "WARNING"}
    os.environ.pop("DATABASE_URL", None)
    _manage("migrate", "-v0")
    _fill(data / "db.sqlite3", options.readings)
    with running_server(options.folder.resolve(), LOG_LEVEL="WARNING") as server:
        _measure("alone", server.port, options.per_second, lambda: time.sleep(10))
        _measure("during a backup", server.port, options.per_second, lambda: _manage("backup"))
        prune = ("shell", "--verbosity=0", "-c", _PRUNE)
        _measure("while pruning", server.port, options.per_second, lambda: _manage(*prune))
    _report_size(data)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--readings", type=int, default=5_000_000)
    parser.add_argument("--per-second", type=int, default=100)
    return parser.parse_args()


def _manage(*arguments: str) -> None:
    subprocess.run([*_MANAGE, *arguments], cwd=ROOT, check=True)


def _fill(path: Path, readings: int) -> None:
    """Fill an empty database day by day, as boards do, with temperatures that wander."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        if database.execute("SELECT count(*) FROM stations_station").fetchone()[0]:
            return
        _manage("shell", "--verbosity=0", "-c", _REGISTER)
        sensors = [row[0] for row in database.execute("SELECT id FROM stations_sensor")]
        values = dict.fromkeys(sensors, 20.0)
        minutes = readings // len(sensors)
        first = int(time.time() * 1_000) - minutes * 60_000
        for start in range(0, minutes, _DAY):
            database.execute("BEGIN")
            for sensor in sensors:
                day = range(start, min(start + _DAY, minutes))
                database.executemany(_ROW, [_row(sensor, first, m, values) for m in day])
            database.execute("COMMIT")


def _row(sensor: int, first: int, minute: int, values: dict[int, float]) -> tuple[int, int, float]:
    values[sensor] += random.uniform(-0.1, 0.1) + (20 - values[sensor]) / 1_000
    at = first + minute * 60_000 + random.randrange(1_000)
    return sensor, at, round(values[sensor], 2)


def _measure(name: str, port: int, per_second: int, work: Callable[[], None]) -> None:
    """Post at an even rate while `work` runs, and report how long replies took."""
    is_done = threading.Event()
    latencies: list[float] = []
    poster = threading.Thread(target=_post, args=(port, 1 / per_second, is_done, latencies))
    poster.start()
    began = time.perf_counter()
    work()
    seconds = time.perf_counter() - began
    is_done.set()
    poster.join()
    latencies.sort()
    half, late = (latencies[int(len(latencies) * share)] for share in (0.5, 0.99))
    print(
        f"{name:16}{seconds:6.1f} s  {len(latencies):6} posted  p50 {half:6.1f} ms"
        f"  p99 {late:6.1f} ms  longest {latencies[-1]:6.1f} ms",
        flush=True,
    )


def _post(port: int, pause: float, is_done: threading.Event, latencies: list[float]) -> None:
    path = f"/update/API_key={KEY}/mac={MACS[0]}/field=1/data=21.5"
    connection = http.client.HTTPConnection("127.0.0.1", port)
    while not is_done.wait(pause):
        began = time.perf_counter()
        connection.request("GET", path)
        reply = connection.getresponse()
        assert (reply.status, reply.read()) == (200, b"OK")
        latencies.append((time.perf_counter() - began) * 1_000)
    connection.close()


def _report_size(data: Path) -> None:
    for path in sorted([*data.glob("db.sqlite3*"), *data.glob("backups/*")]):
        print(f"{path.relative_to(data)}: {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
