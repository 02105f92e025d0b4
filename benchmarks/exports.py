"""Memory and speed of an export of a million readings through the real server.

    .venv/bin/python -m benchmarks.exports FOLDER [--rows 1000000]

FOLDER keeps the database, so that a second run only measures. Memory is the resident set
(VmRSS) of all web workers, asked ten times a second; growth is its peak over its start.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from benchmarks.servers import ROOT, ours

_STATIONS = 10
_FILL = """
from readings.ingest import record_readings
from readings.measurements import Measurement
from readings.models import Reading
from readings.times import MINUTE_MS, now_ms
from stations.verbs import register_station
until, each = now_ms(), {rows} // {stations}
if not Reading.objects.exists():
    for number in range({stations}):
        station = register_station(f"Room {{number}}", f"5c:cf:7f:0b:00:{{number:02x}}").station
        for start in range(each, 0, -2000):
            record_readings(station, [
                Measurement(1, 15 + minute % 160 / 16, until - minute * MINUTE_MS, is_exact=True)
                for minute in range(start, max(start - 2000, 0), -1)
            ], is_history=True)
print(Reading.objects.count(), "readings")
"""


def main() -> None:
    options = _options()
    with ours(options.folder, stations=0, PUBLIC_DASHBOARD="true") as port:
        own = os.environ | {"DATA_DIR": str(options.folder / "data")}
        script = _FILL.format(rows=options.rows, stations=_STATIONS)
        shell = [sys.executable, "manage.py", "shell", "--verbosity=0", "-c", script]
        subprocess.run(shell, cwd=ROOT, env=own, check=True)
        for name in ("export.csv", "export.json", "export.csv?every=hour", "export.csv?time=house"):
            _measure(f"http://127.0.0.1:{port}/api/v1/readings/{name}")
        _dawdle(f"http://127.0.0.1:{port}/api/v1/readings/export.csv")
        _hang_up(f"http://127.0.0.1:{port}/api/v1/readings/export.csv")
        print(f"WAL afterwards {_wal(options.folder) / 1e6:.1f} MB")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    options.folder = options.folder.resolve()
    return options


def _measure(url: str) -> None:
    urlopen(f"{url}{'&' if '?' in url else '?'}since=2100-01-01").read()  # warm
    with _memory() as seen:
        began, size, lines, first = time.perf_counter(), 0, 0, 0.0
        with urlopen(url) as reply:
            while block := reply.read(1 << 16):
                first = first or time.perf_counter() - began
                size += len(block)
                lines += block.count(b"\n")
        took = time.perf_counter() - began
    print(
        f"{url.rpartition('/')[2]}: {lines:,} lines, {size / 1e6:.0f} MB in {took:.1f} s,"
        f" first byte after {first * 1e3:.0f} ms,"
        f" memory {seen[0] / 1e6:.0f} MB and at most {(max(seen) - seen[0]) / 1e6:.1f} MB more"
    )


def _dawdle(url: str) -> None:
    """Take one piece and then nothing for five seconds."""
    with urlopen(url) as reply, _memory() as seen:
        reply.read(1 << 16)
        time.sleep(5)
    print(f"a client that does not read for 5 s: {(max(seen) - seen[0]) / 1e6:.1f} MB more")


def _hang_up(url: str) -> None:
    """Take one piece and leave; tell what the workers' processors still do a second later."""
    before = _processor_s()
    with urlopen(url) as reply:
        reply.read(1 << 16)
    time.sleep(1)
    left = _processor_s()
    time.sleep(2)
    print(f"hung up: {left - before:.2f} s of processor, then {_processor_s() - left:.2f} s in 2 s")


@contextmanager
def _memory() -> Iterator[list[int]]:
    seen, stop = [_resident()], threading.Event()

    def look() -> None:
        while not stop.wait(0.1):
            seen.append(_resident())

    thread = threading.Thread(target=look)
    thread.start()
    yield seen
    stop.set()
    thread.join()


def _workers() -> list[int]:
    """Return gunicorn's workers below this process: they are its grandchildren's children."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # ended meanwhile
    depth = {os.getpid(): 0}
    for _ in range(4):
        depth |= {p: depth[parent] + 1 for p, parent in parents.items() if parent in depth}
    return [pid for pid, level in depth.items() if level == 3]


def _resident() -> int:
    return sum(
        int(line.split()[1]) * 1024
        for pid in _workers()
        for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        if line.startswith("VmRSS")
    )


def _processor_s() -> float:
    stats = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in _workers()]
    return sum(int(stat[11]) + int(stat[12]) for stat in stats) / os.sysconf("SC_CLK_TCK")


def _wal(folder: Path) -> int:
    return (folder / "data" / "db.sqlite3-wal").stat().st_size


if __name__ == "__main__":
    main()
