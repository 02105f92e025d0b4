"""Plain sockets: what a board sends and gets, byte for byte."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass

from tests.contract.drivers import Answer
from tests.patience import PATIENCE_S


def exchange(port: int, request: bytes) -> bytes:
    """Send bytes and return all that comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def as_a_board(path: str, host: str = "127.0.0.1") -> bytes:
    """Return the request as the oldest boards send it: no User-Agent, no Connection."""
    return f"GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n".encode()


def as_http_1_1(path: str, method: str = "GET", *headers: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def parse(reply: bytes) -> Answer:
    """Split a reply into status, body and headers, as strictly as an old board's client."""
    head, separator, body = reply.partition(b"\r\n\r\n")
    assert separator, reply
    status_line, *lines = head.decode("latin-1").split("\r\n")
    assert status_line.startswith(("HTTP/1.0 ", "HTTP/1.1 ")), status_line
    pairs = tuple((name.lower(), value.strip()) for name, _, value in _split(lines))
    return Answer(int(status_line.split()[1]), body, pairs)


def _split(lines: list[str]) -> list[tuple[str, str, str]]:
    return [line.partition(":") for line in lines]


@dataclass(frozen=True)
class Exchange:
    """One request of a client under load; `status` is 0 when no whole reply came."""

    path: str
    status: int
    body: bytes


async def post_all(port: int, paths: list[str], clients: int) -> list[Exchange]:
    """Send every path once, from so many clients at a time, each on a new connection."""
    waiting = list(reversed(paths))
    done: list[Exchange] = []

    async def client() -> None:
        while waiting:
            done.append(await post(port, waiting.pop()))

    await asyncio.gather(*(client() for _ in range(clients)))
    return done


async def post(port: int, path: str) -> Exchange:
    """Send one request as a board does; a server that is gone is status 0."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(as_a_board(path))
            reply = await asyncio.wait_for(reader.read(), PATIENCE_S)
        finally:
            writer.close()
    except OSError:
        return Exchange(path, 0, b"")
    if b"\r\n\r\n" not in reply:
        return Exchange(path, 0, reply)
    answer = parse(reply)
    return Exchange(path, answer.status, answer.body)
