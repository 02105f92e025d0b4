"""What can be done about a board that was refused. Each takes it off the list."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction

from stations import keys, verbs
from stations.models import RefusedBoard, Station
from stations.verbs import KeyPrint


class CannotAdopt(Exception):
    """It is not done; the text says why and what to do instead."""


@dataclass(frozen=True, slots=True)
class Adopted:
    """A new station. `api_key` is empty when it keeps the key that its board sends."""

    station: Station
    api_key: str


def adopt_station(board: RefusedBoard, key_mark: str) -> Adopted:
    """Register a board under its MAC address.

    It keeps the key it sends, of which only the fingerprint is known, so that nobody has
    to flash it again. What cannot be a key is replaced by a new one.
    """
    _check_mark(board, key_mark)
    if board.cause == RefusedBoard.Cause.SWAPPED:
        raise CannotAdopt(
            f"{board} sends its MAC address in the key's place. Correct its config.py first."
        )
    station = Station(name=_free_name(board.mac), mac=board.mac)
    api_key = "" if board.key_digest else keys.generate_key()
    verbs.set_key(station, KeyPrint.of(api_key) if api_key else _print_of(board))
    with transaction.atomic():
        _save(station, board)
        board.delete()
    return Adopted(station, api_key)


def replace_board(board: RefusedBoard, key_mark: str, station: Station) -> None:
    """Let a station go on with another board, which already has its key."""
    _check_mark(board, key_mark)
    with transaction.atomic():
        # As it is now: its keys may have been rotated or ended since it was read.
        found = Station.objects.select_for_update().filter(pk=station.pk).first()
        if found is None:
            raise CannotAdopt(f"No station has the key of {board} any more. Adopt it instead.")
        if board.key_digest not in (found.key_digest, found.old_key_digest):
            raise CannotAdopt(f"{board} does not send the key of {found} any more. Look again.")
        found.mac = board.mac
        _save(found, board)
        board.delete()


def accept_key(board: RefusedBoard, key_mark: str) -> Station:
    """Take the key that a registered station's board sends; the present one works until then."""
    _check_mark(board, key_mark)
    station = Station.objects.filter(mac=board.mac).first()
    if station is None:
        raise CannotAdopt(f"No station has the MAC address {board} any more. Adopt it instead.")
    if not board.key_digest:
        raise CannotAdopt(f"What {board} sends cannot be a key. Correct its config.py.")
    with transaction.atomic():
        station = verbs.rotate_to(station.pk, _print_of(board))
        board.delete()
    return station


def set_ignored(board_ids: list[int], is_ignored: bool) -> None:
    """Leave boards off the list, or put them back; they are refused and counted either way."""
    RefusedBoard.objects.filter(pk__in=board_ids).update(is_ignored=is_ignored)


def _check_mark(board: RefusedBoard, key_mark: str) -> None:
    """Accept no key but the one that the person deciding was shown."""
    if board.key_mark != key_mark:
        raise CannotAdopt(f"{board} has called with another key since. Look again, then decide.")


def _print_of(board: RefusedBoard) -> KeyPrint:
    return KeyPrint(board.key_digest, board.key_hint)


def _save(station: Station, board: RefusedBoard) -> None:
    try:
        station.full_clean()
    except ValidationError as error:
        reasons = " ".join(error.messages)
        raise CannotAdopt(f"{board} cannot be adopted: {reasons}") from error
    station.save()


def _free_name(mac: str) -> str:
    """Return a name to begin with; the family's own is typed in afterwards."""
    short = f"Board {mac[-5:]}"
    return f"Board {mac}" if Station.objects.filter(name=short).exists() else short
