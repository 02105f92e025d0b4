"""Clients that dawdle or say nothing: others are served, and they are not waited for."""

from __future__ import annotations

import resource
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import pytest

from tests.conftest import StartServer
from tests.patience import PATIENCE_S
from tests.reliability.asking import add_tutorial_station, page, post
from tests.serving import Server

_IDLE = 1_000
_EVERY_S = 1


@pytest.fixture
def server(start_server: StartServer) -> Server:
    server = start_server(PUBLIC_DASHBOARD="true")
    add_tutorial_station(server)
    return server


@pytest.fixture
def few_files() -> Iterator[Callable[[int], None]]:
    """Sets how many files this process and those it starts may have open at first."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    if before[1] < 3 * _IDLE:
        pytest.skip(f"this machine allows {before[1]} open files")
    yield lambda count: resource.setrlimit(resource.RLIMIT_NOFILE, (count, before[1]))
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def connect(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S)


def test_others_are_served_beside_a_thousand_idle_connections(
    start_server: StartServer, few_files: Callable[[int], None]
) -> None:
    few_files(400)  # what the server starts with; it raises its own limit
    server = start_server(PUBLIC_DASHBOARD="true")
    few_files(3 * _IDLE)
    add_tutorial_station(server)
    with ExitStack() as stack:
        idle = [stack.enter_context(connect(server)) for _ in range(_IDLE)]
        assert post(server).status == 200
        assert page(server, "/").status == 200
        assert all(_is_closed_by_the_server(one) for one in idle)
    assert "Too many open files" not in server.log()


@pytest.mark.parametrize(
    ("begin", "drip"),
    [
        (b"", b""),
        (b"GET / HTTP/1.1\r\n", b""),
        (b"", b"G"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX-Long: ", b"x"),
        (b"POST /sign-in/ HTTP/1.1\r\nHost: a\r\nContent-Length: 90000\r\n\r\n", b"x"),
    ],
    ids=["nothing", "half a header", "a byte a second", "an endless header", "an endless body"],
)
def test_a_client_that_dawdles_is_not_waited_for(server: Server, begin: bytes, drip: bytes) -> None:
    with connect(server) as dawdler:
        dawdler.sendall(begin)
        with Dripping(dawdler, drip):
            assert post(server).status == 200
            assert _is_closed_by_the_server(dawdler)


def test_a_large_body_has_all_the_time_it_needs(server: Server) -> None:
    """Slow, but going on: 12 s, longer than one that stands still is given."""
    body = b"x" * 24_000
    with connect(server) as phone:
        head = "POST /sign-in/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
        phone.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode())
        pause = threading.Event()
        for start in range(0, len(body), 2_000):
            pause.wait(_EVERY_S)
            phone.sendall(body[start : start + 2_000])
        assert phone.recv(65_536).startswith(b"HTTP/1.1 403")  # no CSRF token


class Dripping:
    """Sends a byte a second until the block ends."""

    def __init__(self, connection: socket.socket, drip: bytes) -> None:
        self._connection, self._drip = connection, drip
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._go_on)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *exception: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _go_on(self) -> None:
        with suppress(OSError):
            while self._drip and not self._is_over.wait(_EVERY_S):
                self._connection.sendall(self._drip)


def _is_closed_by_the_server(connection: socket.socket) -> bool:
    """Wait for it, or for `PATIENCE_S`."""
    try:
        while connection.recv(4_096):
            pass
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False
    return True
