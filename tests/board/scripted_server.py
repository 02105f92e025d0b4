"""A TCP server that says exactly what a test tells it to.

    server = ScriptedServer()
    server.answers = [HANG, LOST, b"garbage"]   # then OK for ever
    requests = server.wait_for_requests(4)

Readings are what it scripts: the board's hourly report gets a good answer, kept in
`reports`, unless `report_answer` says otherwise. It speaks no HTTP of its own, so that
it can also speak broken HTTP.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.patience import PATIENCE_S
from tests.serving import free_port

LOST = b""  # the request was read, the reply never arrives
HANG = None  # neither an answer nor a closed connection
Answer = bytes | None


def reply(status: int, body: str = "OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", body]).encode()


@dataclass(frozen=True)
class Request:
    """One reading that came: a GET, or an item of a batch."""

    raw: bytes
    item: Mapping[str, Any] | None = None

    def __getitem__(self, name: str) -> str:
        """A part of the address or of the item: request["data"], request["seq"] ..."""
        if self.item is not None:
            return f"{self.item['value']:.2f}" if name == "data" else str(self.item[name])
        found = re.search(rf"/{name}=([^/ ]*)", self.raw.decode())
        assert found, f"no {name} in {self.raw!r}"
        return found[1]

    @property
    def number(self) -> int:
        """Counted from 1 at each start with power: the firmware gives each start a block."""
        return int(self["seq"].partition("-")[2]) % 100_000


class ScriptedServer:
    def __init__(self, *, tls: ssl.SSLContext | None = None, is_up: bool = True) -> None:
        self.answers: list[Answer] = []
        self.otherwise: Answer = reply(200)
        self.report_answer: Answer = None  # None = the time, and no other version
        self.offered = "-"
        self.reports: list[dict[str, Any]] = []
        self.posts: list[bytes] = []  # the batches as they came
        self.keeps_open = False  # never closes first, as some proxies
        self._tls = tls
        self._changed = threading.Condition()
        self._requests: list[Request] = []
        self._accepted = self._closed_by_client = 0
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._claim = contextlib.ExitStack()
        # Bound but not listening refuses connections.
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("127.0.0.1", self._claim.enter_context(free_port())))
        if is_up:
            self.start()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._listener.listen()
        self._spawn(self._accept)

    def stop(self) -> None:
        with self._changed:
            doomed = [self._listener, *self._open]
        for sock in doomed:
            _shut(sock)
        for thread in self._threads:
            thread.join()
        self._listener.close()
        self._claim.close()

    def wait_for_requests(self, count: int) -> list[Request]:
        self._wait(lambda: len(self._requests) >= count, PATIENCE_S, f"{count} requests")
        return self.requests

    def wait_until_all_closed(self, timeout: float = PATIENCE_S) -> int:
        """Until the client has closed every connection; returns how many."""
        self._wait(lambda: self._closed_by_client == self._accepted, timeout, "all FINs")
        return self._accepted

    @property
    def requests(self) -> list[Request]:
        with self._changed:
            return list(self._requests)

    def _wait(self, is_so: Callable[[], bool], timeout: float, what: str) -> None:
        deadline = time.monotonic() + timeout
        with self._changed:
            while not is_so():
                left = deadline - time.monotonic()
                assert left > 0, f"waited in vain for {what}: {self._requests}"
                self._changed.wait(left)

    def _spawn(self, target: Callable[..., None], *args: socket.socket) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._changed:
                self._open.add(connection)
                self._accepted += 1
            self._spawn(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        stream = connection
        try:
            if self._tls:
                secured = stream = self._tls.wrap_socket(
                    connection, server_side=True, do_handshake_on_connect=False
                )
                with self._changed:
                    self._open.add(stream)
                secured.do_handshake()
            self._answer(stream)
        except OSError:
            pass  # the client closed without reading everything, or stop() was called
        finally:
            with self._changed:
                self._open -= {connection, stream}
                self._closed_by_client += 1
                self._changed.notify_all()
            stream.close()

    def _answer(self, stream: socket.socket) -> None:
        raw = _read_request(stream)
        if not raw:
            return
        answer = self._answer_to(raw)
        if answer is not HANG:
            stream.sendall(answer)
        if answer is not HANG and not self.keeps_open:
            stream.shutdown(socket.SHUT_WR)
        while stream.recv(4096):
            pass

    def _answer_to(self, raw: bytes) -> Answer:
        with self._changed:
            if raw.startswith(b"POST /firmware/report "):
                self.reports.append(json.loads(_body(raw)))
                self._changed.notify_all()
                return self.report_answer or reply(200, f"OK {now_ms()} {self.offered}")
            found = _readings(raw)
            self._requests += found
            answer = self.answers.pop(0) if self.answers else self.otherwise
            self._changed.notify_all()
        if raw.startswith(b"POST"):
            self.posts.append(raw)
            if answer == reply(200):
                return reply(200, json.dumps({"acknowledged": len(found)}))
        return answer


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def _read_request(stream: socket.socket) -> bytes:
    """A whole request, its body included; empty when the client went away."""
    raw = b""
    while b"\r\n\r\n" not in raw or len(_body(raw)) < _length(raw):
        piece = stream.recv(4096)
        if not piece:
            return b""
        raw += piece
    return raw


def _body(raw: bytes) -> bytes:
    return raw.partition(b"\r\n\r\n")[2]


def _length(raw: bytes) -> int:
    found = re.search(rb"\r\nContent-Length: (\d+)\r\n", raw)
    return int(found[1]) if found else 0


def _readings(raw: bytes) -> list[Request]:
    if not raw.startswith(b"POST /api/v1/readings/ "):
        return [Request(raw)]
    return [Request(raw, item) for item in json.loads(_body(raw))["readings"]]


def _shut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
