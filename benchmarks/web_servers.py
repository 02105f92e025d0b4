"""Readings per second by what stands in front of the application: workers, parsers, servers.

    .venv/bin/python -m pip install -r benchmarks/requirements.txt
    .venv/bin/python -m benchmarks.web_servers [--seconds 3] [--rounds 5] [--connections 16 64]

The same application under each, with two processes, in turns; figures are medians. Each has a
database of its own with the same 64 stations. `bare` is an application that only answers `OK`:
what its server costs by itself. What is not installed is left out.
"""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from importlib.util import find_spec
from pathlib import Path

from benchmarks import load, servers

_OURS = "gunicorn ASGI, uvloop, express lane (ours)"
_PYTHON = [sys.executable, "-m"]
_GUNICORN = [*_PYTHON, "gunicorn", "--config", str(servers.ROOT / "deploy" / "gunicorn.conf.py")]
_ASGI = [*_GUNICORN, "--worker-class", "asgi"]
_UVICORN = [*_PYTHON, "uvicorn", "--workers=2", "--no-access-log", "--log-level=warning"]
_GRANIAN = [*_PYTHON, "granian", "--interface=asgi", "--workers=2", "--log-level=warning"]
_APPLICATION, _BARE = "iotserver.asgi:application", "benchmarks.bare:application"

# What is measured: a name, the package it takes, and the command without host and port.
_SIDES: list[tuple[str, str, list[str]]] = [
    ("gunicorn sync", "gunicorn", [*_GUNICORN, "--worker-class=sync", "iotserver.wsgi"]),
    (
        "gunicorn gthread, 2 x 16 threads",
        "gunicorn",
        [*_GUNICORN, "--worker-class=gthread", "--threads=16", "iotserver.wsgi"],
    ),
    ("gunicorn ASGI, asyncio", "gunicorn", [*_ASGI, "--asgi-loop=asyncio", _APPLICATION]),
    (
        "gunicorn ASGI, uvloop, its Python parser",
        "uvloop",
        [*_ASGI, "--http-parser=python", _APPLICATION],
    ),
    (
        "gunicorn ASGI, uvloop, its C parser",
        "gunicorn_h1c",
        [*_ASGI, "--http-parser=fast", _APPLICATION],
    ),
    (_OURS, "gunicorn", _GUNICORN),
    ("uvicorn, httptools, uvloop", "uvicorn", [*_UVICORN, _APPLICATION]),
    ("granian, uvloop", "granian", [*_GRANIAN, "--loop=uvloop", _APPLICATION]),
    ("bare: gunicorn ASGI, uvloop, its Python parser", "uvloop", [*_ASGI, "--http-parser=python"]),
    ("bare: gunicorn ASGI, uvloop, its C parser", "gunicorn_h1c", [*_ASGI, "--http-parser=fast"]),
    ("bare: uvicorn, httptools, uvloop", "uvicorn", _UVICORN),
    ("bare: granian, uvloop", "granian", [*_GRANIAN, "--loop=uvloop"]),
]


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        home = Path(folder)
        with servers.ours(home):
            pass  # prepares the database and registers the stations
        ports = {
            name: stack.enter_context(_running(name, command, home))
            for name, package, command in _SIDES
            if find_spec(package)
        }
        for keep_alive in (True, False):
            for connections in options.connections:
                print(f"\n{connections} connections, keep-alive {'on' if keep_alive else 'off'}")
                _compare(ports, options, connections, keep_alive=keep_alive)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--connections", type=int, nargs="+", default=[16, 64])
    return parser.parse_args()


@contextmanager
def _running(name: str, command: list[str], home: Path) -> Iterator[int]:
    """Run one side on a copy of the prepared data; yields its port."""
    data = home / str(len(list(home.iterdir())))
    shutil.copytree(home / "data", data)
    port = servers.free_port()
    own = servers.environment(data, port)
    if name.startswith("bare"):
        command = [*command, _BARE]
    if "gunicorn" not in command:
        command = [*command, "--host=127.0.0.1", f"--port={port}"]
    with closing(sqlite3.connect(data / "db.sqlite3")) as watcher, servers.running(command, own):
        # Open, as the watcher keeps it: who closes it last has to clear up.
        watcher.execute("SELECT count(*) FROM stations_station").fetchall()
        servers.wait(port, "/healthz")
        yield port


def _compare(
    ports: Mapping[str, int], options: argparse.Namespace, connections: int, *, keep_alive: bool
) -> None:
    script = load.script("path", KEY=servers.KEY, STATIONS=servers.STATIONS)

    def run(name: str, port: int) -> load.Result:
        return load.run(port, script, connections, options.seconds, keep_alive=keep_alive)

    seen = load.in_turns(ports, run, options.rounds)
    ours = load.per_second(seen[_OURS])
    for name, results in seen.items():
        rate = load.per_second(results)
        print(f"  {name:48}{rate:9.0f}/s  {rate / ours:5.2f} of ours   {load.told(results)}")


if __name__ == "__main__":
    main()
