"""Bad requests, byte for byte, each with the answer it must get.

lines     request lines, targets, versions, other protocols on our port
headers   header lines: their form, their number, what they ask for
framing   bodies, lengths, chunks, pipelines: where one request ends
parts     well-formed HTTP whose path is no reading
pages     the addresses for people and programs
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from tests.factories import update_path

GOOD = update_path()
KEY_PART, MAC_PART = GOOD.split("/")[2:4]

# A status and the line of its body; None where the words are gunicorn's own.
Reply: TypeAlias = tuple[int, str | None]
OK: Reply = (200, "OK")
MALFORMED: Reply = (400, None)


@dataclass(frozen=True)
class Bad:
    """One kind of bad request.

    `is_cut`: it is not complete, and the client hangs up after it. `stored` counts
    the good readings in it: bad company must not keep them out.
    """

    kind: str
    raw: bytes
    replies: tuple[Reply, ...]  # of one that is cut: none
    is_cut: bool = False
    stored: int = 0


def get(target: str, *headers: str, version: str = "HTTP/1.1", method: str = "GET") -> bytes:
    """Return a request whose every character is one byte."""
    lines = [f"{method} {target} {version}", "Host: 127.0.0.1", "Connection: close", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def kept_alive(target: str = GOOD, *headers: str) -> bytes:
    """Return a request after which another may follow on the connection."""
    lines = [f"GET {target} HTTP/1.1", "Host: 127.0.0.1", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def bad(kind: str, raw: bytes, *replies: Reply, is_cut: bool = False, stored: int = 0) -> Bad:
    expected = replies if replies or is_cut else (MALFORMED,)
    return Bad(kind, raw, expected, is_cut, stored)


def distinct(entries: Iterable[Bad]) -> list[Bad]:
    """Leave out what is asked twice: lists overlap."""
    return list({entry.raw: entry for entry in entries}.values())
