"""What a station says of itself on the wire. Pure."""

from __future__ import annotations

from typing import NamedTuple

FIELD_MIN, FIELD_MAX = 1, 99


class Credentials(NamedTuple):
    """The key and MAC address of one request, as they came."""

    key: str
    mac: str
