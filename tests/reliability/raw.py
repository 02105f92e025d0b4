"""Bytes over a socket, and the replies that come back, split as the lengths say."""

from __future__ import annotations

import socket
from contextlib import suppress

from tests.contract.drivers import Answer
from tests.contract.wire import parse

_PATIENCE_S = 20


def exchange(port: int, request: bytes, *, is_cut: bool = False) -> bytes:
    """Send bytes and return all that comes back until the server closes.

    A server that has heard enough may close before it has read everything.
    With `is_cut` the client says that nothing more will come.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE_S) as connection:
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(request)
            if is_cut:
                connection.shutdown(socket.SHUT_WR)
        received = b""
        with suppress(ConnectionResetError):
            while more := connection.recv(65_536):
                received += more
        return received


def replies(received: bytes, *, is_head: bool = False) -> list[Answer]:
    """Split what came back into replies; one that tells no length goes on to the end."""
    found = []
    while received:
        head = parse(received)
        told = head.header("content-length")
        length = 0 if is_head else len(head.body) if told is None else int(told)
        assert len(head.body) >= length, received
        found.append(Answer(head.status, head.body[:length], head.headers))
        received = head.body[length:]
    return found
