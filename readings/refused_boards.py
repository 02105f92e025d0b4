"""The list of boards that call and may not write: kept from what was noted, read by the admin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from readings import damage
from readings.callers import Calls, Notes, Refusal
from readings.locks import write_transaction
from readings.models import Latest
from readings.times import day_of, from_ms, now_ms, to_ms
from stations import keys
from stations.mac import InvalidMac, canonical_mac, is_hex
from stations.models import Contact, RefusedBoard, RefusedDay, Station
from stations.verbs import KeyPrint

MOST_LISTED = 200  # and as many ignored; who called longest ago makes room
_KEPT = ("is_ignored", "first_seen_at", "id", "mac")
_UPDATED = [f.name for f in RefusedBoard._meta.fields if f.name not in _KEPT]


def write(notes: Notes) -> None:
    """Write what a process noted, in one small transaction."""
    damage.check()
    with write_transaction():
        _write_refusals(notes.refusals)
        _write_addresses(notes.addresses)
        _write_old_keys(notes.old_keys)
        _write_days(notes.refused)


def listed() -> QuerySet[RefusedBoard]:
    """Return who is still refused; `station_id` and `station_name` are of that MAC address.

    `owner_id` and `owner_name` are of another station, whose key or old key the board sent.
    """
    same_mac = Station.objects.filter(mac=OuterRef("mac"))
    heard = Latest.objects.filter(sensor__station__mac=OuterRef("mac")).order_by("-received_at")
    is_old_key = Q(old_key_digest=OuterRef("key_digest")) & ~Q(old_key_digest="")
    has_key = Q(key_digest=OuterRef("key_digest")) | is_old_key
    owner = Station.objects.filter(has_key).exclude(mac=OuterRef("mac")).order_by("name")
    return RefusedBoard.objects.annotate(
        station_id=Subquery(same_mac.values("pk")[:1]),
        station_name=Subquery(same_mac.values("name")[:1]),
        heard_at=Coalesce(Subquery(heard.values("received_at")[:1]), 0),
        owner_id=Subquery(owner.values("pk")[:1]),
        owner_name=Subquery(owner.values("name")[:1]),
    ).exclude(Q(heard_at__gt=F("seen_at")) | Q(Exists(same_mac.filter(has_key))))


# --- writing ------------------------------------------------------------------------


def _write_refusals(refusals: Sequence[Refusal]) -> None:
    latest = _by_mac(refusals)
    if not latest:
        return
    known = {board.mac: board for board in RefusedBoard.objects.filter(mac__in=latest)}
    boards = [_board(refusal, known.get(mac), mac) for mac, refusal in latest.items()]
    RefusedBoard.objects.bulk_create(
        boards, update_conflicts=True, unique_fields=["mac"], update_fields=_UPDATED
    )
    for is_ignored in (False, True):
        _prune(RefusedBoard.objects.filter(is_ignored=is_ignored))


def _by_mac(refusals: Iterable[Refusal]) -> dict[str, Refusal]:
    """Return refusals by canonical MAC address; who claims none is in the log alone."""
    found: dict[str, Refusal] = {}
    for refusal in refusals:
        mac = _mac_of(refusal)
        if mac in found:
            refusal = refusal._replace(calls=refusal.calls + found[mac].calls)
        if mac:
            found[mac] = refusal
    return found


def _mac_of(refusal: Refusal) -> str:
    """Return the MAC address of a board, also of one that sends it in the key's place.

    What is then in the MAC's place is its key: nothing is kept of that.
    """
    return _canonical(refusal.key) if _is_swapped(refusal) else _canonical(refusal.mac)


def _is_swapped(refusal: Refusal) -> bool:
    return is_hex(_canonical(refusal.key)) and not is_hex(_canonical(refusal.mac))


def _canonical(text: str) -> str:
    try:
        return canonical_mac(text)
    except InvalidMac:
        return ""


def _board(refusal: Refusal, known: RefusedBoard | None, mac: str) -> RefusedBoard:
    """Return the row of a board; where the call had no value it keeps the one before.

    Of a call before its last one it takes the number alone: its key may be out of date.
    """
    is_swapped = _is_swapped(refusal)
    board = known or RefusedBoard(mac=mac, first_seen_at=refusal.first_at)
    board.count += refusal.calls
    if known and _is_outrun(refusal.at, known.seen_at):
        return board
    board.cause = RefusedBoard.Cause.SWAPPED if is_swapped else refusal.cause
    board.address = refusal.address[:45]
    _set_key(board, "" if is_swapped else refusal.key)
    if refusal.measurement is not None:
        board.field, board.value = refusal.measurement.field, refusal.measurement.value
    board.seen_at = refusal.at
    return board


def _is_outrun(at: int, written_at: int) -> bool:
    """Return True when something newer than a note is written: another process was faster.

    A time still to come is of a clock that was wrong.
    """
    return at < written_at <= now_ms()


def _set_key(board: RefusedBoard, key: str) -> None:
    """Keep a key's fingerprint; of what no station could have as its key, nothing."""
    board.key_digest, board.key_hint = KeyPrint.of(key) if _can_be_key(key) else ("", "")
    board.is_key_weak = bool(board.key_digest) and keys.is_weak(key)


def _can_be_key(text: str) -> bool:
    try:
        keys.check_typed_key(text)
    except keys.InvalidKey:
        return False
    return True


def _prune(boards: QuerySet[RefusedBoard]) -> None:
    surplus = list(boards.order_by("-seen_at").values_list("pk", flat=True)[MOST_LISTED:])
    if surplus:
        RefusedBoard.objects.filter(pk__in=surplus).delete()


def _write_addresses(addresses: Mapping[int, str]) -> None:
    for station in Station.objects.filter(pk__in=addresses):
        Contact.objects.update_or_create(
            station=station, defaults={"address": addresses[station.pk][:45]}
        )


def _write_days(refused: Mapping[tuple[str, str], Calls]) -> None:
    """Add to the days of stations; of strangers nothing is counted by day."""
    macs = {mac: _canonical(mac) for mac, _ in refused}
    stations = {one.mac: one for one in Station.objects.filter(mac__in=set(macs.values()))}
    zone = ZoneInfo(settings.TIME_ZONE)
    for (mac, cause), calls in refused.items():
        station = stations.get(macs[mac])
        if station is not None:
            _add_to_day(station, day_of(calls.last_at, zone), cause, calls)


def _add_to_day(station: Station, day: int, cause: str, calls: Calls) -> None:
    number, first_at, last_at = calls
    found, is_new = RefusedDay.objects.get_or_create(
        station=station,
        day=day,
        cause=cause[:40],
        defaults={"count": number, "first_at": first_at, "last_at": last_at},
    )
    if not is_new:
        found.count += number
        found.last_at = last_at
        found.save()


def _write_old_keys(old_keys: Mapping[int, int]) -> None:
    # One that was ended meanwhile is of no interest; before a rotation it was no old one.
    for station in Station.objects.filter(pk__in=old_keys).exclude(old_key_digest=""):
        used_at = old_keys[station.pk]
        if not _is_outrun(used_at, to_ms(station.key_created_at)):
            Contact.objects.update_or_create(
                station=station, defaults={"old_key_used_at": from_ms(used_at)}
            )
