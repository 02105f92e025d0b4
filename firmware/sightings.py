"""What has been seen of a station's board since somebody began to wait for it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from readings import admin_cells, display, refused_boards
from readings.models import Latest
from readings.times import to_ms
from stations import rotation
from stations.models import RefusedBoard, Station

_MOST_STRANGERS = 3


@dataclass(frozen=True, slots=True)
class Sighting:
    """`reading` is what arrived with the right key; empty while it is waited for."""

    reading: str = ""
    ago: str = ""
    is_first: bool = False
    address: str = ""
    is_own_address: bool = False
    troubles: list[str] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        """True when there is no more to wait for: a board's own request, and where from."""
        return bool(self.reading and self.address and not self.is_own_address)

    @property
    def mark(self) -> str:
        """Differs from one thing to tell to another, so that a page changes only then."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]


def waiting_since(station: Station, now: int) -> int:
    """Return since when a request counts: the station's first, or one from now on."""
    newest = _newest(station)
    return to_ms(station.created_at) if newest is None else now


def look(station: Station, since: int, now: int, viewer_address: str) -> Sighting:
    """Return what was seen since `since`; both times in milliseconds since 1970."""
    newest = _newest(station)
    if newest is None or newest.received_at < since or station.is_rotating:
        return Sighting(troubles=list(_troubles(station, since, now)))
    address = admin_cells.address(station)
    return Sighting(
        reading=admin_cells.latest_value(newest.sensor),
        ago=_ago(newest.received_at, now),
        is_first=_is_first(station, since),
        address=address,
        is_own_address=address == viewer_address,
    )


def _newest(station: Station) -> Latest | None:
    found = Latest.objects.filter(sensor__station=station).select_related("sensor")
    return found.order_by("-received_at").first()


def _is_first(station: Station, since: int) -> bool:
    return since <= to_ms(station.created_at)


def _troubles(station: Station, since: int, now: int) -> Iterator[str]:
    """Say what went wrong meanwhile, most telling first."""
    if not station.is_active:
        yield "The station is switched off: tick “active” on its page."
    used_at = rotation.old_key_used_at(station)
    if used_at and to_ms(used_at) >= since:
        yield (
            f"The board posts, {rotation.ago(used_at)}, still with its old key"
            f" {station.old_key_hint}: its config.py is not the new one yet."
        )
    recent = RefusedBoard.objects.filter(seen_at__gte=since).order_by("-seen_at")
    board = recent.filter(mac=station.mac).first()
    if board is not None and board.key_digest != station.key_digest:
        yield _own_trouble(board, station, now)
    strangers = refused_boards.listed().filter(seen_at__gte=since, is_ignored=False)
    for stranger in strangers.exclude(mac=station.mac)[:_MOST_STRANGERS]:
        yield _stranger(stranger, station, now)


def _own_trouble(board: RefusedBoard, station: Station, now: int) -> str:
    when = f"{_ago(board.seen_at, now)}, from {board.address}"
    if board.cause == RefusedBoard.Cause.SWAPPED:
        return f"This board called {when}, with key and MAC address swapped in its config.py."
    if not board.key_digest:
        return f"A board with this MAC address called {when}, with no key: fill in API_KEY."
    return (
        f"A board with this MAC address called with a wrong key {when}. It sent"
        f" {board.key_hint}; the key of {station} is {station.key_hint}."
    )


def _stranger(board: RefusedBoard, station: Station, now: int) -> str:
    when = f"{_ago(board.seen_at, now)}, from {board.address}"
    if board.key_digest == station.key_digest:
        return (
            f"A board with the right key but the MAC address {board.mac} called {when}:"
            f" {station} is registered as {station.mac}."
        )
    return f"A board that nobody registered, {board.mac}, called {when}."


def _ago(at: int, now: int) -> str:
    return display.ago(max(0, now - at) / 1_000)
