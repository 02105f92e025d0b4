"""Path GETs per second: the original's way of working against this server.

    .venv/bin/python -m benchmarks.ingest [--seconds 5] [--rounds 5] [--connections 16 64]

Both run under gunicorn with two worker processes on this machine and share it with the
load generator. The rounds are interleaved, original, ours, original, ours; the figures
are medians and the ratio is the median of the rounds' ratios. Ours writes with
synchronous=FULL and keeps latest, hour and day summaries in the same transaction; the
original has SQLite's defaults, which are FULL too, and one table. Each connection speaks for
a station of its own. Afterwards the rows in
each database are counted against the acknowledged requests.
"""

from __future__ import annotations

import argparse
import os
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.request import urlopen

from benchmarks import load

ROOT = Path(__file__).resolve().parent.parent
KEY = "TGS894F"
MACS = [f"5c:cf:7f:0a:1b:{number:02x}" for number in range(64)]
PATHS = [f"/update/API_key={KEY}/mac={mac}/field=1/data=" for mac in MACS]
_REGISTER = """
from stations.verbs import register_station
for mac in {macs!r}:
    register_station(mac, mac, api_key={key!r})
"""
_GUNICORN = [sys.executable, "-m", "gunicorn"]


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with _original(home) as original_port, _ours(home) as our_port:
            totals = [0, 0]
            for connections in options.connections:
                for keep_alive in (True, False):
                    _compare(options, connections, keep_alive, (original_port, our_port), totals)
        _count(home / "original.sqlite3", "data", totals[0])
        _count(home / "data" / "db.sqlite3", "readings_reading", totals[1])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--connections", type=int, nargs="+", default=[16, 64])
    return parser.parse_args()


def _compare(
    options: argparse.Namespace,
    connections: int,
    keep_alive: bool,
    ports: tuple[int, int],
    totals: list[int],
) -> None:
    rounds = []
    for _ in range(options.rounds):
        pair = [load.run(port, PATHS, connections, options.seconds, keep_alive) for port in ports]
        totals[0] += pair[0].stored
        totals[1] += pair[1].stored
        rounds.append(pair)
    print(f"\n{connections} connections, keep-alive {'on' if keep_alive else 'off'}")
    for name, results in zip(("original", "ours"), zip(*rounds, strict=True), strict=True):
        _report(name, list(results))
    ratios = [ours.per_second / original.per_second for original, ours in rounds]
    print(f"  ratio {statistics.median(ratios):.1f} (from {min(ratios):.1f} to {max(ratios):.1f})")


def _report(name: str, results: list[load.Result]) -> None:
    rate = statistics.median(result.per_second for result in results)
    half, late = (
        statistics.median(result.percentile(share) for result in results) for share in (0.5, 0.99)
    )
    errors = sum(result.errors for result in results)
    print(f"  {name:9}{rate:8.0f}/s   p50 {half:6.1f} ms   p99 {late:6.1f} ms   {errors} errors")


@contextmanager
def _original(home: Path) -> Iterator[int]:
    own = {"ORIGINAL_DATABASE": str(home / "original.sqlite3"), "ORIGINAL_KEY": KEY}
    subprocess.run([sys.executable, "-m", "benchmarks.original"], cwd=ROOT, env=os.environ | own)
    port = _free_port()
    bind = ["--workers", "2", "--bind", f"127.0.0.1:{port}", "--log-level", "warning"]
    # In its favour, too: the server's sync workers close each connection by themselves.
    with _running([*_GUNICORN, *bind, "benchmarks.original:application"], own):
        _wait(port)
        yield port


@contextmanager
def _ours(home: Path) -> Iterator[int]:
    port = _free_port()
    own = {"DATA_DIR": str(home / "data"), "HOST": "127.0.0.1", "PORT": str(port)}
    manage = [sys.executable, "manage.py"]
    with _running([*manage, "serve"], own):
        _wait(port, "/healthz")
        subprocess.run(
            [*manage, "shell", "--verbosity=0", "-c", _REGISTER.format(macs=MACS, key=KEY)],
            cwd=ROOT,
            env=os.environ | own,
            check=True,
        )
        yield port


@contextmanager
def _running(command: list[str], own: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | own, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    for port in range(21_000, 32_000):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise SystemExit("no free port")


def _wait(port: int, path: str = "") -> None:
    for _ in range(300):
        with suppress(OSError):
            if path:
                urlopen(f"http://127.0.0.1:{port}{path}")
            else:
                socket.create_connection(("127.0.0.1", port)).close()
            return
        time.sleep(0.1)
    raise SystemExit(f"nothing answers on port {port}")


def _count(database: Path, table: str, acknowledged: int) -> None:
    with sqlite3.connect(database) as connection:
        stored = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    print(f"{table}: {acknowledged} acknowledged, {stored} in the database")


if __name__ == "__main__":
    main()
