"""The real server, `manage.py serve`, as a process of its own for one test.

    with running_server(tmp_path, PUBLIC_DASHBOARD="true") as server:
        key = json.loads(server.manage("add_station", "Attic", "--mac", MAC, "--json"))["api_key"]
        urlopen(f"{server.url}/update/API_key={key}/mac={MAC}/field=1/data=21.5")
        with server.database() as database:
            database.execute("SELECT value FROM readings_reading").fetchall()

The database is a SQLite file in a folder of its own, whatever the suite runs on, unless
`DATABASE_URL` is among the settings: `tests.scratch_postgres` makes one.
`kill()` and `start()` again model a power cut; the port and the data stay.
"""

from __future__ import annotations

import http.client
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.patience import PATIENCE_S

_ROOT = Path(__file__).resolve().parent.parent
_MANAGE = [sys.executable, str(_ROOT / "manage.py")]
_SERVE = (*_MANAGE, "serve")
_POLL_S = 0.05
_WORKERS = 2
_TAIL = 4_000  # characters of the log that a failure shows
# Below the range that outgoing connections take their ports from.
_PORTS = range(20_000, 32_768)


@dataclass(frozen=True)
class Family:
    """The processes of one server, by number."""

    supervisor: int
    master: int
    workers: list[int]
    watcher: int

    def all(self) -> list[int]:
        return [self.supervisor, self.master, *self.workers, self.watcher]


class Server:
    """One server, started and stopped by the test that made it."""

    def __init__(
        self, folder: Path, port: int, env: dict[str, str], serve: Sequence[str] = _SERVE
    ) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.data_dir = Path(env.get("DATA_DIR", folder / "data"))
        self._log_file = folder / "server.log"
        inherited = {n: v for n, v in os.environ.items() if n not in ("DATABASE_URL", "DEBUG")}
        self._database_url = env.get("DATABASE_URL", "")
        own = {"DATA_DIR": str(self.data_dir), "HOST": "127.0.0.1", "PORT": str(port)}
        self._env = inherited | {"DJANGO_SETTINGS_MODULE": "iotserver.settings"} | own | env
        self._serve = serve
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it can store a reading."""
        self.start_without_waiting()
        wait_until(self._is_up, self.log)

    def start_without_waiting(self) -> None:
        """Start one that cannot store a reading, as things are."""
        with self._log_file.open("ab") as log:
            self._process = subprocess.Popen(
                self._serve, cwd=_ROOT, env=self._env, stdout=log, stderr=log
            )

    def stop(self) -> None:
        """Stop it as systemd would, with SIGTERM; does nothing when it is down."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End supervisor, master, workers and watcher at once, as a power cut does."""
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Halt every process where it is; return once each thread stands still."""
        assert self._process is not None
        family = [self._process.pid, *_descendants(self._process.pid)]
        for pid in family:
            _signal(pid, signal.SIGSTOP)
        wait_until(lambda: all(_is_still(pid) for pid in family), self.log)

    def thaw(self) -> None:
        """Let a frozen server go on."""
        assert self._process is not None
        for pid in [self._process.pid, *_descendants(self._process.pid)]:
            _signal(pid, signal.SIGCONT)

    def family(self) -> Family:
        """Return its processes, once all of them are there."""
        assert self._process is not None
        supervisor = self._process.pid
        found: list[Family] = []

        def look() -> bool:
            found[:] = filter(None, [_family(supervisor)])
            return bool(found)

        wait_until(look, self.log)
        return found[0]

    def await_end(self) -> None:
        """Wait until its supervisor has ended, of itself or by another's hand."""
        assert self._process is not None
        self._process.wait(PATIENCE_S)
        self._process = None

    def await_gone(self, pids: Sequence[int]) -> None:
        """Wait until none of these processes is left."""
        wait_until(lambda: not any(_is_alive(pid) for pid in pids), self.log)

    def manage(self, *arguments: str) -> str:
        """Run a management command on its data; return what it printed."""
        done = self.try_to_manage(*arguments)
        assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
        return done.stdout

    def try_to_manage(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run a management command that may fail; further arguments are its environment."""
        return subprocess.run(
            [*_MANAGE, *arguments],
            env=self._env | env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )

    @contextmanager
    def database(self) -> Iterator[sqlite3.Connection]:
        """Open its SQLite file for reading."""
        uri = f"file:{self.data_dir}/db.sqlite3?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            yield connection

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows that a SELECT finds in its database, SQLite or PostgreSQL."""
        if self._database_url:
            with psycopg.connect(self._database_url) as connection:
                return connection.execute(sql.encode()).fetchall()
        with self.database() as database:
            return database.execute(sql).fetchall()

    def count_readings(self) -> int:
        return int(self.query("SELECT count(*) FROM readings_reading")[0][0])

    def log(self) -> str:
        """Return everything it has printed so far."""
        return self._log_file.read_text()

    def _is_up(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError(f"The server ended on its own:\n{self.log()[-_TAIL:]}")
        if not _descendants(self._process.pid):
            return False  # whoever answers now is left of a server that was killed
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with closing(connection):
            try:
                connection.request("GET", "/healthz")
                return connection.getresponse().status == 200
            except (OSError, http.client.HTTPException):
                return False

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        family = [self._process.pid, *_descendants(self._process.pid)]
        targets = family if number == signal.SIGKILL else [self._process.pid]
        for pid in targets:
            _signal(pid, number)
        try:
            self._process.wait(PATIENCE_S)
        finally:
            self._process = None
            for pid in family:  # none may outlive the test, however it went
                _signal(pid, signal.SIGKILL)
        self.await_gone(family)


@contextmanager
def running_server(folder: Path, data: Path | None = None, /, **env: str) -> Iterator[Server]:
    """Start a server with its data in `folder`; further arguments are its environment.

    Its data begin as a copy of `data`, a data folder; without it, as nothing.
    """
    with stopped_server(folder, data, **env) as server:
        server.start()
        yield server


@contextmanager
def stopped_server(
    folder: Path, data: Path | None = None, serve: Sequence[str] = _SERVE, /, **env: str
) -> Iterator[Server]:
    """Make what `running_server` starts, and stop it in the end; `serve` is its command line."""
    folder.mkdir(parents=True, exist_ok=True)
    with free_port() as port:
        server = Server(folder, port, env, serve)
        if data:
            unused = shutil.ignore_patterns("db.*" if "DATABASE_URL" in env else "")
            shutil.copytree(data, server.data_dir, ignore=unused)
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def free_port() -> Iterator[int]:
    """Claim a port that nobody listens on.

    The claim is the UDP port of the same number: it keeps every other test worker
    off, also before the server listens and while it is down.
    """
    for port in random.sample(_PORTS, 200):
        with socket.socket(type=socket.SOCK_DGRAM) as claim:
            if _can_bind(claim, port) and _is_free(port):
                yield port
                return
    raise AssertionError("no free port")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return _can_bind(probe, port)


def _can_bind(endpoint: socket.socket, port: int) -> bool:
    try:
        endpoint.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True


def wait_until(is_done: Callable[[], bool], log: Callable[[], str]) -> None:
    """Ask again and again, for there is nothing to await in another process tree."""
    deadline = time.monotonic() + PATIENCE_S
    while not is_done():
        assert time.monotonic() < deadline, f"Waited {PATIENCE_S} s in vain:\n{log()[-_TAIL:]}"
        time.sleep(_POLL_S)


def _descendants(pid: int) -> list[int]:
    """Return the processes below one: children have sessions of their own."""
    children = _children()
    found = list(children.get(pid, []))
    for child in found:
        found += children.get(child, [])
    return found


def _children() -> dict[int, list[int]]:
    """Return the living children of every process, read from /proc."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue  # ended meanwhile
        if state != "Z":
            children.setdefault(int(parent), []).append(int(stat.parent.name))
    return children


def _family(supervisor: int) -> Family | None:
    """Return the processes of a server unless one is missing."""
    children = _children()
    roles = {_role(pid): pid for pid in children.get(supervisor, [])}
    workers = children.get(roles.get("web", 0), [])
    if len(workers) < _WORKERS or "watch" not in roles:
        return None
    return Family(supervisor, roles["web"], workers, roles["watch"])


def _role(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip().removeprefix("iotserver-")
    except OSError:
        return "ended"


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"  # a zombie waits for init to collect it, and does nothing


def _is_still(pid: int) -> bool:
    """True when no thread runs or is in the kernel, writing to a disk perhaps."""
    states = []
    for stat in Path(f"/proc/{pid}/task").glob("*/stat"):
        with suppress(OSError):
            states.append(stat.read_text().rpartition(")")[2].split()[0])
    return set(states) <= {"T", "Z"}
