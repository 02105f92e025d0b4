"""What a station says of itself on the wire. Pure."""

from __future__ import annotations

from dataclasses import dataclass

FIELD_MIN, FIELD_MAX = 1, 99


@dataclass(frozen=True, slots=True)
class Credentials:
    """The key and MAC address of one request, as they came."""

    key: str
    mac: str
