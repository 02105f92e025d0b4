"""Bytes over a socket, and the replies that come back, split as the lengths say."""

from __future__ import annotations

import asyncio
import re
import socket
from contextlib import suppress

from tests.contract.drivers import Answer
from tests.contract.wire import parse
from tests.factories import TUTORIAL_KEY
from tests.patience import PATIENCE_S

# A traceback, but no error: to one who sends too many fields or too large a form.
_SAID_BY_DJANGO = "ERROR django.security"


def exchange(port: int, request: bytes, *, is_cut: bool = False) -> bytes:
    """Send bytes and return all that comes back until the server closes.

    A server that has heard enough may close before it has read everything.
    With `is_cut` the client says that nothing more will come.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as connection:
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


def broken_records(log: str) -> list[str]:
    """Return the records of a log that tell of an error of ours, or tell a key."""
    records = re.split(r"^(?=[0-9]{4}-[0-9]{2}-[0-9]{2} )", log, flags=re.MULTILINE)
    signs = ("Traceback", "Internal Server Error", f"API_key={TUTORIAL_KEY}")
    found = [record for record in records if any(sign in record for sign in signs)]
    return [record for record in found if _SAID_BY_DJANGO not in record]


async def ask_all(port: int, requests: list[bytes], clients: int) -> list[tuple[bytes, Answer]]:
    """Send every request on a connection of its own, from so many clients at a time."""
    waiting = list(reversed(requests))
    done: list[tuple[bytes, Answer]] = []

    async def client() -> None:
        while waiting:
            raw = waiting.pop()
            done.append((raw, await asyncio.wait_for(_ask(port, raw), PATIENCE_S)))

    await asyncio.gather(*(client() for _ in range(clients)))
    return done


async def _ask(port: int, raw: bytes) -> Answer:
    """Return the reply to a request; status 0 when the server waits for a body in vain."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(raw)
        if re.search(rb"content-length: *[1-9]|transfer-encoding", raw, re.IGNORECASE):
            writer.write_eof()
        return await _first_reply(reader)
    except (asyncio.IncompleteReadError, ConnectionResetError):
        return Answer(0, b"")
    finally:
        writer.close()


async def _first_reply(reader: asyncio.StreamReader) -> Answer:
    head = parse(await reader.readuntil(b"\r\n\r\n"))
    while head.status == 100:
        head = parse(await reader.readuntil(b"\r\n\r\n"))
    is_whole = head.status != 405  # HEAD has a length and no body
    length = int(head.header("content-length") or 0) if is_whole else 0
    return Answer(head.status, await reader.readexactly(length), head.headers)
