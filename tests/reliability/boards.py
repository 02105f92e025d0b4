"""Boards that never stop posting and remember every answer.

    boards = register(server, 12)
    with posting(server.port, boards) as load:
        load.await_acknowledged(500)
        server.kill()
        server.start()

No two readings of a board have the same value, so that each acknowledged one can be
looked up in the database by itself (`tests.reliability.audit`). A third of the boards ask
on one connection for as long as the server keeps it; a third open one for each reading, as
old boards do; a third number their readings and send each again until it is acknowledged.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Literal

from tests.patience import PATIENCE_S
from tests.serving import Server

Manner = Literal["keeps its connection", "connects anew", "sends again"]
_MANNERS: tuple[Manner, ...] = ("keeps its connection", "connects anew", "sends again")

# How an exchange ended. "cut": the reply began and did not end. "unanswered": it never began.
Outcome = Literal["acknowledged", "refused", "cut", "unanswered"]

_KEY = "a-key-of-the-reliability-tests"
_RETRY_S = 0.02
_STEP = 20_000  # values rise by 1/20,000: a million of them are all temperatures of air
_REGISTER = """
from stations.verbs import register_station
for mac in {macs!r}:
    register_station(mac, mac, api_key={key!r})
"""


@dataclass
class Board:
    """One station: how many readings it took, and which of them were acknowledged."""

    mac: str
    manner: Manner
    taken: int = 0
    acknowledged: set[float] = field(default_factory=set)
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    is_waiting: bool = False

    def request(self) -> bytes:
        """Return the next request: the last one again while a board that cares waits for it."""
        if not (self.is_waiting and self.manner == "sends again"):
            self.taken += 1
        self.is_waiting = True
        rest = f"/seq=boot1-{self.taken}" if self.manner == "sends again" else ""
        path = f"/update/API_key={_KEY}/mac={self.mac}/field=1/data={self._value():.5f}{rest}"
        version = "1.1" if self.manner == "keeps its connection" else "1.0"
        return f"GET {path} HTTP/{version}\r\nHost: 127.0.0.1\r\n\r\n".encode()

    def note(self, outcome: Outcome) -> None:
        self.outcomes[outcome] += 1
        if outcome == "acknowledged":
            self.is_waiting = False
            self.acknowledged.add(self._value())

    def sent(self) -> set[float]:
        return {number / _STEP for number in range(1, self.taken + 1)}

    def _value(self) -> float:
        return self.taken / _STEP


class Load:
    """Boards that post from a thread of their own."""

    def __init__(self, port: int, boards: Sequence[Board]) -> None:
        self._port = port
        self._boards = boards
        self._news = threading.Condition()
        self._acknowledged = 0
        self._is_over = False
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Let every board finish the exchange it is in."""
        self._is_over = True
        self._thread.join()  # returns at once the second time

    def await_acknowledged(self, more: int) -> None:
        """Block until so many more readings are acknowledged than when this was called."""
        with self._news:
            enough = self._acknowledged + more
            is_done = self._news.wait_for(lambda: self._acknowledged >= enough, PATIENCE_S)
            assert is_done, f"{self._acknowledged} acknowledged, {enough} hoped for"

    async def _run(self) -> None:
        await asyncio.gather(*(self._post(board) for board in self._boards))

    async def _post(self, board: Board) -> None:
        while not self._is_over:
            try:
                connection = await _connect(self._port)
            except OSError:
                await asyncio.sleep(_RETRY_S)  # there is no server at this moment
                continue
            with closing(connection):
                is_open = True
                while is_open and not self._is_over:
                    reply = await _ask(connection, board.request())
                    self._note(board, outcome_of(reply))
                    is_open = board.manner == "keeps its connection" and _is_kept_open(reply)

    def _note(self, board: Board, outcome: Outcome) -> None:
        with self._news:
            board.note(outcome)
            self._acknowledged += outcome == "acknowledged"
            self._news.notify()


def register(server: Server, count: int) -> list[Board]:
    """Register so many stations and return their boards, of each manner alike many."""
    macs = [f"5c:cf:7f:00:{number // 256:02x}:{number % 256:02x}" for number in range(count)]
    server.manage("shell", "--verbosity=0", "-c", _REGISTER.format(macs=macs, key=_KEY))
    return [Board(mac, _MANNERS[place % 3]) for place, mac in enumerate(macs)]


@contextmanager
def posting(port: int, boards: Sequence[Board]) -> Iterator[Load]:
    load = Load(port, boards)
    load.start()
    try:
        yield load
    finally:
        load.stop()


def total(boards: Sequence[Board]) -> Counter[Outcome]:
    return sum((board.outcomes for board in boards), Counter())


async def _connect(port: int) -> socket.socket:
    connection = socket.socket()
    connection.setblocking(False)
    try:
        await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", port))
    except OSError:
        connection.close()
        raise
    return connection


async def _ask(connection: socket.socket, request: bytes) -> bytes:
    """Send a request and return what came of its reply before the connection ended."""
    loop = asyncio.get_running_loop()
    reply = b""
    try:
        await loop.sock_sendall(connection, request)
        while not _is_whole(reply):
            piece = await asyncio.wait_for(loop.sock_recv(connection, 4_096), PATIENCE_S)
            if not piece:
                break
            reply += piece
    except OSError:  # also of a server that was killed
        pass
    return reply


def outcome_of(reply: bytes) -> Outcome:
    if not reply:
        return "unanswered"
    if not _is_whole(reply):
        return "cut"
    is_ok = reply.split(b" ", 2)[1] == b"200" and reply.endswith(b"\r\n\r\nOK")
    return "acknowledged" if is_ok else "refused"


def _is_whole(reply: bytes) -> bool:
    head, separator, body = reply.lower().partition(b"\r\n\r\n")
    _, _, length = head.partition(b"content-length:")
    return bool(separator) and len(body) == int(length.split(b"\r\n", 1)[0])


def _is_kept_open(reply: bytes) -> bool:
    return _is_whole(reply) and b"connection: close" not in reply.lower()
