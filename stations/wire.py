"""What a station says of itself on the wire. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

FIELD_MIN, FIELD_MAX = 1, 99

_PURPOSE_HEADERS = ("sec-purpose", "purpose", "x-purpose", "x-moz")


class Credentials(NamedTuple):
    """The key and MAC address of one request, as they came."""

    key: str
    mac: str


def is_ahead_of_its_user(headers: Mapping[str, str]) -> bool:
    """True when a browser asks on its own, before anyone has clicked."""
    if headers.keys().isdisjoint(_PURPOSE_HEADERS):
        return False
    stated = " ".join(headers[name] for name in _PURPOSE_HEADERS if name in headers).lower()
    return "prefetch" in stated or "preview" in stated
