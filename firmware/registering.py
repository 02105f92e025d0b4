"""A board's place among the stations: found, or made and taken back when nothing comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.exceptions import ValidationError

from stations import keys, verbs
from stations.mac import canonical_mac
from stations.models import Station


class CannotRegister(Exception):
    """The registry will not have this station; the text says what to change."""


@dataclass(frozen=True, slots=True)
class Registration:
    station: Station
    api_key: str
    is_new: bool


def find(mac: str) -> Station | None:
    return Station.objects.filter(mac=canonical_mac(mac)).first()


def check(mac: str, name: str, placement: str, interval_s: int) -> Station | None:
    """Return the station this board already is; raise `CannotRegister` if it can be none."""
    station = find(mac)
    if station is None:
        _check_new(mac, name, placement, interval_s)
    elif not station.is_active:
        raise CannotRegister(
            f"This board is the station {station.name}, which is switched off: its readings would"
            " be refused. Tick 'active' on its page in the admin first."
        )
    return station


@contextmanager
def registered(
    mac: str, name: str, placement: str, interval_s: int, key_on_board: str = ""
) -> Iterator[Registration]:
    """Register the board or find it; a station made here goes again when the block fails.

    A station that exists keeps the key its board has, and gets a new one beside it only when
    that is not known: only fingerprints of keys are stored.
    """
    station = find(mac)
    if station is not None:
        yield Registration(station, _key_of(station, key_on_board), is_new=False)
        return
    new = _register(mac, name, placement, interval_s)
    try:
        yield Registration(new.station, new.api_key, is_new=True)
    except BaseException:  # Ctrl-C, too
        verbs.withdraw_station(new.station.pk)
        raise


def _key_of(station: Station, key_on_board: str) -> str:
    digest = keys.digest(key_on_board)
    good = (station.key_digest, station.old_key_digest)
    if key_on_board and any(keys.matches(digest, one) for one in good):
        return key_on_board
    return verbs.rotate_key(station).api_key


def _register(mac: str, name: str, placement: str, interval_s: int) -> verbs.NewKey:
    try:
        return verbs.register_station(name, mac, placement=placement, interval_s=interval_s)
    except ValidationError as error:
        raise CannotRegister(_sentence(error)) from error


def _check_new(mac: str, name: str, placement: str, interval_s: int) -> None:
    """Ask before anything is written on the board, so that nothing has to be undone."""
    station = Station(name=name, mac=mac, placement=placement, expected_interval_s=interval_s)
    verbs.give_first_key(station)
    try:
        station.full_clean()
    except ValidationError as error:
        other = Station.objects.filter(name=name).first()
        if other is not None:
            raise CannotRegister(
                f"{name} is the name of the station {other.mac}, and this board is {mac}. Choose"
                " another --name, or remove that station in the admin if this board replaces it."
            ) from error
        raise CannotRegister(_sentence(error)) from error


def _sentence(error: ValidationError) -> str:
    option = {"expected_interval_s": "--interval"}
    return " ".join(
        f"{option.get(name, f'--{name}')}: {' '.join(messages)}"
        for name, messages in error.message_dict.items()
    )
