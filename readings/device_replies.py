"""Replies to boards and programs: no cookie, no redirect, no chunks, nothing to cache. Pure."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

Header = tuple[str, str]


class DeviceReply(NamedTuple):
    """A reply ready to send; header names are in lower case."""

    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...]


@lru_cache(maxsize=64)  # nearly all are the same `200 OK`
def render(status: int, kind: str, text: str, *extra: Header) -> DeviceReply:
    """Return the reply that carries a text of this kind, `text/plain` for instance."""
    body = text.encode()
    headers = (
        ("content-type", f"{kind}; charset=utf-8"),
        ("content-length", str(len(body))),
        ("cache-control", "no-store"),
        # The key is in the address: no page may pass it on.
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; style-src 'self'"),
        *extra,
    )
    return DeviceReply(status, body, tuple((n.encode(), v.encode("latin-1")) for n, v in headers))
