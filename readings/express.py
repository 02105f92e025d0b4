"""Device requests that can be read at one glance, and replies as they go onto the wire. Pure.

Nearly every board sends the same few plain headers. Such a request is read here by one
expression in place of an HTTP parser. Whatever is the least unusual is left to one: `read`
answers None, and takes nothing that a full parser would read otherwise.
"""

from __future__ import annotations

import re
from functools import lru_cache
from http import HTTPStatus
from typing import NamedTuple

from readings.device_replies import DeviceReply
from readings.device_wire import DeviceRequest

LONGEST = 2_000  # bytes of a whole request

# The path without escapes and without a query; then the headers, looked at by `_plain`.
_REQUEST = re.compile(
    rb"GET (/[A-Za-z0-9/=:._~+-]+) HTTP/1\.([01])\r\n((?:[A-Za-z-]+:[ -~]*\r\n)*)\r\n"
)
_HEADER = re.compile(r"([a-z-]+): ?([!-~](?:[ -~]*[!-~])?)")
_HOST = re.compile(r"[A-Za-z0-9._-]+(:[0-9]{1,5})?|\[[0-9a-fA-F:]+\](:[0-9]{1,5})?")
# None of them says anything about a body, another protocol or who really asked.
_KNOWN = {"host", "user-agent", "accept", "accept-encoding", "accept-language", "connection"}


class ExpressRequest(NamedTuple):
    """A request, and how its reply has to look: HTTP/1.`minor`, and whether to hang up."""

    request: DeviceRequest
    minor: int
    hangs_up: bool


class _Headers(NamedTuple):
    by_name: dict[str, str]
    hangs_up: bool


def read(data: bytes, address: str) -> ExpressRequest | None:
    """Return the one request that these bytes are, no less and no more; else None.

    The path is any; who calls asks whether it is a board's. `address` is the peer's.
    """
    match = _REQUEST.fullmatch(data) if len(data) <= LONGEST else None
    if match is None:
        return None
    path, minor, block = match.groups()
    headers = _plain(block, minor)
    if headers is None:
        return None
    request = DeviceRequest("GET", path.decode(), "", headers.by_name, address)
    return ExpressRequest(request, minor[0] - 48, headers.hangs_up)


@lru_cache(1_024)  # a board's headers are the same each time
def _plain(block: bytes, minor: bytes) -> _Headers | None:
    """Return headers of which every parser thinks alike, else None."""
    found: dict[str, str] = {}
    for line in block.decode("ascii").splitlines():
        name, colon, value = line.partition(":")
        header = _HEADER.fullmatch(name.lower() + colon + value)
        if header is None or header[1] not in _KNOWN or header[1] in found:
            return None
        found[header[1]] = header[2]
    connection = found.get("connection", "close" if minor == b"0" else "keep-alive").lower()
    if not _HOST.fullmatch(found.get("host", "")) or connection not in ("close", "keep-alive"):
        return None
    return _Headers(found, connection == "close")


@lru_cache(256)
def around_date(reply: DeviceReply, minor: int, hangs_up: bool) -> tuple[bytes, bytes]:
    """Return what goes before and behind the `Date` line of a reply on the wire.

    In the order in which gunicorn writes it: a board cannot tell who answered.
    """
    lines = [f"HTTP/1.{minor} {reply.status} {HTTPStatus(reply.status).phrase}".encode()]
    lines += [name + b": " + value for name, value in reply.headers]
    before = b"\r\n".join([*lines, b"Server: gunicorn/asgi", b""])
    close = b"Connection: close\r\n" if hangs_up else b""
    return before, close + b"\r\n" + reply.body
