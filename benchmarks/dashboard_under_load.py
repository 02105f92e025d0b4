"""The dashboard's answer time while stations post at half of what the server can take.

    .venv/bin/python -m benchmarks.dashboard_under_load [--seconds 20] [--stations 10] [--pause 0]

The real server; wrk posts over 64 connections, first as fast as it goes, then paced to
half of that, while one viewer loads the dashboard again and again, with so many seconds
between two views. The pace is found in three short runs beside a viewer, since boards wait
longer then; on a slow machine a viewer without a pause leaves them less than half.
"""

from __future__ import annotations

import argparse
import http.client
import statistics
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks import load, servers

_CONNECTIONS = 64


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--stations", type=int, default=10)
    parser.add_argument("--pause", type=float, default=0, metavar="SECONDS")
    options = parser.parse_args()
    seconds, stations, pause_s = options.seconds, options.stations, options.pause
    values: dict[str, object] = {"KEY": servers.KEY, "STATIONS": stations}
    with (
        tempfile.TemporaryDirectory() as folder,
        servers.ours(Path(folder), stations, PUBLIC_DASHBOARD="true") as port,
    ):
        limit = load.run(port, load.script("path", **values), _CONNECTIONS, 5)
        fastest = limit.per_second
        print(f"limit {fastest:.0f}/s; dashboard alone: {_told(_view(port, seconds / 4, pause_s))}")
        wanted_ms = _CONNECTIONS / (fastest / 2) * 1_000  # from request to request of one
        pause_ms = max(0.0, wanted_ms - limit.p50_ms)
        for _ in range(3):
            result, _ = _both(port, values, pause_ms, 8, pause_s)
            pause_ms = max(0.0, pause_ms + wanted_ms - _CONNECTIONS / result.per_second * 1_000)
        result, times = _both(port, values, pause_ms, seconds, pause_s)
        share = result.per_second / fastest
        print(f"at {result.per_second:.0f}/s ({share:.0%} of the limit): {_told(times)}")


def _both(
    port: int, values: Mapping[str, object], pause_ms: float, seconds: int, pause_s: float
) -> tuple[load.Result, list[float]]:
    """Post with a pause after each reply and view meanwhile; return what both saw."""
    # wrk waits for whole milliseconds: as many wait longer as make up the rest.
    script = load.script("path", **values) + (
        f"function delay() return math.floor({pause_ms} + math.random()) end"
    )
    with ThreadPoolExecutor(1) as thread:
        posting = thread.submit(load.run, port, script, _CONNECTIONS, seconds)
        times = _view(port, seconds - 0.5, pause_s)
        return posting.result(), times


def _view(port: int, seconds: float, pause_s: float) -> list[float]:
    """Load the dashboard until the time is up; return how long each took, in ms."""
    times = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        began = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", "/")
        response = connection.getresponse()
        body = response.read()
        connection.close()
        assert response.status == 200, body
        times.append((time.perf_counter() - began) * 1_000)
        time.sleep(pause_s)
    return sorted(times)


def _told(times: list[float]) -> str:
    late = times[int(len(times) * 0.99)]
    return f"{len(times)} views, median {statistics.median(times):.1f} ms, p99 {late:.1f} ms"


if __name__ == "__main__":
    main()
