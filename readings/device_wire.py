"""What the dialects need of an HTTP request. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class DeviceRequest(NamedTuple):
    """One request to a device URL. `headers` has lower-case names."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    address: str
