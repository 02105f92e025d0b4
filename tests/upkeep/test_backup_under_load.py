"""Backup and restore of a real server: nothing acknowledged is missing, nobody waits."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.conftest import StartServer
from tests.patience import PATIENCE_S
from tests.serving import Server

_MAC = "5c:cf:7f:0a:1b:2c"


class Board(threading.Thread):
    """Posts one reading after the other and counts the acknowledged."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url, self._end = url, threading.Event()
        self.acknowledged: list[float] = []
        self.has_posted = threading.Event()

    def run(self) -> None:
        number = 0
        while not self._end.is_set():
            number += 1
            with urlopen(f"{self._url}{number}") as reply:
                assert reply.read() == b"OK"
            self.acknowledged.append(float(number))
            if number == 50:
                self.has_posted.set()

    def stop(self) -> None:
        self._end.set()
        self.join()


@pytest.fixture
def server(start_server: StartServer) -> Server:
    return start_server(LOG_LEVEL="WARNING")


def _register(server: Server) -> str:
    station = json.loads(server.manage("add_station", "Attic", "--mac", _MAC, "--json"))
    return f"{server.url}/update/API_key={station['api_key']}/mac={_MAC}/field=1/data="


@contextmanager
def _posting(url: str) -> Iterator[Board]:
    board = Board(url)
    board.start()
    try:
        assert board.has_posted.wait(PATIENCE_S)
        yield board
    finally:
        board.stop()


def _values(database: Path) -> set[float]:
    with closing(sqlite3.connect(database)) as held:
        return {row[0] for row in held.execute("SELECT value FROM readings_reading")}


def test_a_backup_holds_all_that_was_acknowledged_before_it_and_comes_back(
    server: Server, tmp_path: Path
) -> None:
    with _posting(_register(server)) as board:
        before = set(board.acknowledged)
        server.manage("backup", "--to", str(tmp_path / "backup.gz"))
        during = set(board.acknowledged) - before
    server.stop()
    server.manage("restore", str(tmp_path / "backup.gz"), "--yes")
    assert before <= _values(server.data_dir / "db.sqlite3")
    assert during  # boards were answered all the while
    (kept,) = server.data_dir.glob("db.sqlite3.2*")
    assert _values(kept) == set(board.acknowledged)
    server.start()  # and the server goes on from it


def test_a_running_server_is_not_replaced(server: Server, tmp_path: Path) -> None:
    server.manage("backup", "--to", str(tmp_path / "backup.gz"))
    with pytest.raises(AssertionError, match="The server is running"):
        server.manage("restore", str(tmp_path / "backup.gz"), "--yes")
