"""Is it a station that asks? As for readings: one answer for every cause, and limits."""

from __future__ import annotations

import logging

from django.http import HttpRequest

from readings import rates
from readings.outcomes import Refused
from stations import keys
from stations.mac import InvalidMac, canonical_mac
from stations.models import Station
from stations.wire import Credentials

logger = logging.getLogger("firmware.boards")
_DENIED = "wrong key or MAC"
_NOBODY = keys.digest("")


def authenticate(request: HttpRequest, mac: str) -> Station | Refused:
    """Return the active station whose key the request carries, or why it is refused."""
    address = request.META.get("REMOTE_ADDR", "")
    unheard = rates.refused_too_often(address)
    if unheard is not None:
        return unheard
    found = _find(Credentials(_bearer(request), mac))
    if isinstance(found, Station):
        return found
    logger.warning("Refused a board's question from %s: %s", address, found)
    return rates.count_refusal(address, Refused(403, _DENIED, found))


def digest_used(request: HttpRequest) -> str:
    """Return the digest of the key that a request carries: during a rotation there are two."""
    return keys.digest(_bearer(request))


def _find(credentials: Credentials) -> Station | str:
    """Return the station, or the cause for the operator."""
    offered = keys.digest(credentials.key)
    try:
        station = Station.objects.filter(mac=canonical_mac(credentials.mac)).first()
    except InvalidMac:
        station = None
    current, old = (station.key_digest, station.old_key_digest) if station else ("", "")
    is_current = keys.matches(offered, current or _NOBODY)
    is_old = keys.matches(offered, old or _NOBODY)
    if station is None:
        return "unknown station"
    if not is_current and not (is_old and old):
        return "wrong key"
    return station if station.is_active else "inactive station"


def _bearer(request: HttpRequest) -> str:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""
