"""The dashboard's answer time while stations post at half of what the server can take.

    .venv/bin/python -m benchmarks.dashboard_under_load [--seconds 20] [--stations 10]

The real server; wrk posts over 64 connections, first as fast as it goes,
then paced to half of that, while one viewer loads the dashboard again and again.
"""

from __future__ import annotations

import argparse
import http.client
import statistics
import tempfile
import threading
import time
from pathlib import Path

from benchmarks import load, servers

_CONNECTIONS = 64


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--stations", type=int, default=10)
    options = parser.parse_args()
    seconds, stations = options.seconds, options.stations
    values: dict[str, object] = {"KEY": servers.KEY, "STATIONS": stations}
    with (
        tempfile.TemporaryDirectory() as folder,
        servers.ours(Path(folder), stations, PUBLIC_DASHBOARD="true") as port,
    ):
        limit = load.run(port, load.script("path", **values), _CONNECTIONS, 5)
        fastest = limit.per_second
        print(f"limit {fastest:.0f}/s; dashboard alone: {_told(_view(port, seconds / 4))}")
        # Each connection asks, is answered after a moment, and pauses.
        pause_ms = max(1, round(_CONNECTIONS / (fastest / 2) * 1_000 - limit.p50_ms))
        script = load.script("path", **values) + f"function delay() return {pause_ms} end"
        found: list[load.Result] = []
        poster = threading.Thread(
            target=lambda: found.append(load.run(port, script, _CONNECTIONS, seconds))
        )
        poster.start()
        times = _view(port, seconds - 1)
        poster.join()
        share = found[0].per_second / fastest
        print(f"at {found[0].per_second:.0f}/s ({share:.0%} of the limit): {_told(times)}")


def _view(port: int, seconds: float) -> list[float]:
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
    return sorted(times)


def _told(times: list[float]) -> str:
    late = times[int(len(times) * 0.99)]
    return f"{len(times)} views, median {statistics.median(times):.1f} ms, p99 {late:.1f} ms"


if __name__ == "__main__":
    main()
