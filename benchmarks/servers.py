"""The servers that are compared, each with its data in a folder of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
KEY = "TGS894F"
STATIONS = 64

_REGISTER = """
from stations.verbs import register_station
for number in range({stations}):
    mac = f"5c:cf:7f:0a:1b:{{number:02x}}"
    register_station(mac, mac, api_key={key!r})
"""
_INFLUX = """
reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
  dir = "{home}/meta"
[data]
  dir = "{home}/data"
  wal-dir = "{home}/wal"
  wal-fsync-delay = "0s"  # its default: each write is on the disk before it is acknowledged
  query-log-enabled = false
[http]
  bind-address = "127.0.0.1:{port}"
  log-enabled = false
[monitor]
  store-enabled = false
[logging]
  level = "error"
"""


@contextmanager
def original(home: Path) -> Iterator[int]:
    """The way of working this server replaces, under two synchronous workers; yields its port."""
    own = {"ORIGINAL_DATABASE": str(home / "original.sqlite3"), "ORIGINAL_KEY": KEY}
    subprocess.run([sys.executable, "-m", "benchmarks.original"], cwd=ROOT, env=os.environ | own)
    port = free_port()
    options = ["--workers", "2", "--bind", f"127.0.0.1:{port}", "--log-level", "warning"]
    command = [sys.executable, "-m", "gunicorn", *options, "benchmarks.original:application"]
    with running(command, own):
        wait(port)
        yield port


@contextmanager
def ours(home: Path, stations: int = STATIONS, **more: str) -> Iterator[int]:
    """This server as a household runs it; yields its port.

    Limits are counted, and set beyond what one machine can send.
    """
    port = free_port()
    own = environment(home / "data", port) | more
    manage = [sys.executable, "manage.py"]
    with running([*manage, "serve"], own):
        wait(port, "/healthz")
        script = _REGISTER.format(stations=stations, key=KEY)
        shell = [*manage, "shell", "--verbosity=0", "-c", script]
        subprocess.run(shell, cwd=ROOT, env=os.environ | own, check=True)
        yield port


def environment(data: Path, port: int) -> dict[str, str]:
    """Return what this server is told: its data, its port, and limits that nobody reaches."""
    return {
        "DATA_DIR": str(data),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "STATION_RATE_LIMIT": "1000000000",
        "STATION_RATE_BURST": "1000000000",
    }


@contextmanager
def influx(home: Path) -> Iterator[int]:
    """InfluxDB 1.x (Debian's package influxdb) with its defaults; yields its port."""
    port = free_port()
    home.mkdir(exist_ok=True)
    config = home / "influxdb.conf"
    config.write_text(_INFLUX.format(home=home, port=port, rpc=free_port(port + 1)))
    with running(["influxd", "-config", str(config)], {}):
        wait(port, "/ping")
        urlopen(f"http://127.0.0.1:{port}/query", data=b"q=CREATE DATABASE bench").close()
        yield port


def has_influx() -> bool:
    return shutil.which("influxd") is not None


@contextmanager
def running(command: list[str], own: dict[str, str]) -> Iterator[None]:
    environment = {n: v for n, v in os.environ.items() if n != "DATABASE_URL"} | own
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def free_port(first: int = 21_000) -> int:
    for port in range(first, 32_000):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise SystemExit("no free port")


def wait(port: int, path: str = "") -> None:
    for _ in range(900):
        with suppress(OSError):
            if path:
                urlopen(f"http://127.0.0.1:{port}{path}").close()
            else:
                socket.create_connection(("127.0.0.1", port)).close()
            return
        time.sleep(0.1)
    raise SystemExit(f"nothing answers on port {port}")
