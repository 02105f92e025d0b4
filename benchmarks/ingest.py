"""Readings per second: the original's way of working, this server, and InfluxDB 1.x.

    .venv/bin/python -m benchmarks.ingest [--seconds 4] [--rounds 5] [--connections 16 64]
        [--postgres URL]

All run on this machine and share it with the load generator, wrk. The rounds are
interleaved: original, ours, InfluxDB, and again; figures are medians, and ratios medians of
the rounds' ratios. Ours and the original run under gunicorn with two processes. Ours writes
with synchronous=FULL and keeps latest, hour and day summaries in the same transaction; the
original has SQLite's defaults, which are FULL too, and one table. Afterwards the rows in each
database are counted against the acknowledged requests. With the URL of an empty PostgreSQL
database this server runs on that as well, as a side of its own.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from pathlib import Path

import psycopg

from benchmarks import load, servers
from benchmarks.load import Result

Ports = Mapping[str, int]
# More than is ever asked for: the generator writes them before the clock starts.
_BATCHES_PER_S = {"ours": 250, "postgres": 250, "influx": 1_000}
_VALUES: dict[str, object] = {"KEY": servers.KEY, "STATIONS": servers.STATIONS}


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        home = Path(folder)
        ports = {"original": stack.enter_context(servers.original(home))}
        ports["ours"] = stack.enter_context(servers.ours(home))
        if options.postgres:
            database = {"DATABASE_URL": options.postgres}
            ports["postgres"] = stack.enter_context(servers.ours(home / "postgres", **database))
        if servers.has_influx():
            ports["influx"] = stack.enter_context(servers.influx(home / "influx"))
        acknowledged = dict.fromkeys(ports, 0)
        for connections in options.connections:
            for keep_alive in (True, False):
                single = _Singles(options.seconds, connections, keep_alive=keep_alive)
                print(f"\n{connections} connections, keep-alive {'on' if keep_alive else 'off'}")
                _compare(ports, single, options.rounds, acknowledged)
        original = sqlite3.connect(home / "original.sqlite3")
        ours = sqlite3.connect(home / "data" / "db.sqlite3")
        _count("original", original, "data", acknowledged)
        _count("ours", ours, "readings_reading", acknowledged)
        if options.postgres:
            server = psycopg.connect(options.postgres)
            _count("postgres", server, "readings_reading", acknowledged)
        print("\nBatches of 1,000, 4 connections (readings per second)")
        _compare_batches({n: p for n, p in ports.items() if n != "original"}, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--connections", type=int, nargs="+", default=[16, 64])
    parser.add_argument("--postgres", metavar="URL", default="")
    return parser.parse_args()


class _Singles:
    """One run of single readings against one server."""

    def __init__(self, seconds: int, connections: int, *, keep_alive: bool) -> None:
        self._seconds, self._connections, self._keep_alive = seconds, connections, keep_alive

    def __call__(self, name: str, port: int) -> Result:
        script = load.script("influx_single" if name == "influx" else "path", **_VALUES)
        return load.run(port, script, self._connections, self._seconds, keep_alive=self._keep_alive)


def _compare(
    ports: Ports, run: Callable[[str, int], Result], rounds: int, acknowledged: dict[str, int]
) -> None:
    def run_and_count(name: str, port: int) -> Result:
        result = run(name, port)
        acknowledged[name] += result.acknowledged
        return result

    seen = load.in_turns(ports, run_and_count, rounds)
    for name, results in seen.items():
        _report(name, results, 1)
    for name in ports:
        if name != "ours":
            _report_ratio(name, seen["ours"], seen[name])


def _compare_batches(ports: Ports, options: argparse.Namespace) -> None:
    seen: dict[str, list[Result]] = {name: [] for name in ports}
    for _ in range(options.rounds):
        # A stretch of time that no round before has filled: with 64 stations a second of 2,000
        # batches fills a third of a day.
        days = 1 + options.seconds * len(seen["ours"])
        values = _VALUES | {"FROM": int(time.time()) - 86_400 * days}
        for name, port in ports.items():
            values["BATCHES"] = options.seconds * _BATCHES_PER_S[name]
            script = load.script("influx_batch" if name == "influx" else "json_batch", **values)
            seen[name].append(load.run(port, script, 4, options.seconds))
    for name, results in seen.items():
        _report(name, results, 1_000)


def _report(name: str, results: list[Result], readings: int) -> None:
    rate = readings * load.per_second(results)
    half = statistics.median(result.p50_ms for result in results)
    print(f"  {name:9}{rate:9.0f}/s   p50 {half:6.1f} ms   {load.told(results)}")


def _report_ratio(name: str, ours: list[Result], theirs: list[Result]) -> None:
    ratios = [a.per_second / b.per_second for a, b in zip(ours, theirs, strict=True)]
    low, high = min(ratios), max(ratios)
    print(f"  ours : {name} = {statistics.median(ratios):.1f} ({low:.1f} to {high:.1f})")


def _count(
    name: str,
    database: sqlite3.Connection | psycopg.Connection[tuple[int]],
    table: str,
    acknowledged: Mapping[str, int],
) -> None:
    """More may be stored than was acknowledged: wrk hangs up on the last answers."""
    with closing(database), closing(database.cursor()) as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        [(stored,)] = cursor.fetchall()
    print(f"{name}: {acknowledged[name]} acknowledged, {stored} in the database")


if __name__ == "__main__":
    main()
