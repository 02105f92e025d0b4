"""What can be done to a station. The only place that writes one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from stations import keys
from stations.mac import canonical_mac
from stations.models import Contact, Placement, Quantity, Sensor, Station

_DEFAULTS_BY_FIELD = {1: (Quantity.TEMPERATURE, "C"), 2: (Quantity.HUMIDITY, "%")}


@dataclass(frozen=True, slots=True)
class NewKey:
    """A station and the API key it was just given. The key is never seen again."""

    station: Station
    api_key: str


class KeyPrint(NamedTuple):
    """What is stored of a key."""

    digest: str
    hint: str

    @classmethod
    def of(cls, key: str) -> KeyPrint:
        return cls(keys.digest(key), keys.hint(key))


class TooManySensors(Exception):
    """A station posted to more fields than it may have."""


def register_station(
    name: str,
    mac: str,
    *,
    placement: str = Placement.INDOOR,
    api_key: str = "",
    interval_s: int = 60,
    is_demo: bool = False,
) -> NewKey:
    """Register a station, with a generated key or one typed in for a flashed board.

    Raises `InvalidKey`, or `ValidationError` naming the field that is wrong
    (the name or MAC is taken, the MAC is not one, ...).
    """
    station = Station(
        name=name,
        mac=mac,
        placement=placement,
        expected_interval_s=interval_s,
        is_demo=is_demo,
    )
    key = give_first_key(station, api_key)
    station.full_clean()
    station.save()
    return NewKey(station, key)


def give_first_key(station: Station, api_key: str = "") -> str:
    """Set the key of a station not saved yet and return it."""
    key = keys.check_typed_key(api_key) if api_key else keys.generate_key()
    set_key(station, KeyPrint.of(key))
    return key


def rotate_key(station: Station, api_key: str = "") -> NewKey:
    """Give a station a new key; the one in use stays good until the new one is used.

    Rotating twice keeps the key the board really has: the one in use before
    the first rotation, since the key in between was never seen.
    """
    key = keys.check_typed_key(api_key) if api_key else keys.generate_key()
    return NewKey(rotate_to(station.pk, KeyPrint.of(key)), key)


def rotate_to(station_id: int, print_: KeyPrint) -> Station:
    """Rotate to a key of which only the fingerprint is known."""
    with transaction.atomic():
        station = Station.objects.select_for_update().get(pk=station_id)
        if not station.is_rotating:
            station.old_key_digest, station.old_key_hint = station.key_digest, station.key_hint
            Contact.objects.filter(pk=station_id).update(old_key_used_at=None)
        set_key(station, print_)
        station.save()
    return station


def end_old_key(station_id: int) -> None:
    """Stop accepting the key that a rotation replaced."""
    Station.objects.filter(pk=station_id).update(old_key_digest="", old_key_hint="")
    Contact.objects.filter(pk=station_id).update(old_key_used_at=None)


def withdraw_station(station_id: int) -> None:
    """Take back a registration whose key reached no board, and which so has no readings."""
    Station.objects.filter(pk=station_id).delete()


def set_active(station_ids: Sequence[int], is_active: bool) -> None:
    """Take or refuse what these stations send, from their next reading on."""
    Station.objects.filter(pk__in=station_ids).update(is_active=is_active)


def find_station(identifier: str) -> Station:
    """Return the station of that name or MAC address, or raise `Station.DoesNotExist`."""
    by_name = Station.objects.filter(name=identifier).first()
    if by_name is not None:
        return by_name
    try:
        return Station.objects.get(mac=canonical_mac(identifier))
    except ValueError as error:
        raise Station.DoesNotExist(f"No station is called {identifier!r}.") from error


def ensure_sensor(station_id: int, field: int) -> Sensor:
    """Return the sensor of a field, made on the first reading that names it.

    Raises `TooManySensors` beyond `settings.MAX_SENSORS_PER_STATION`: a board
    with a bug must not fill the dashboard.
    """
    known = Sensor.objects.filter(station_id=station_id)
    found = known.filter(field=field).first()
    if found is not None:
        return found
    if known.count() >= settings.MAX_SENSORS_PER_STATION:
        raise TooManySensors
    quantity, unit = _DEFAULTS_BY_FIELD.get(field, (Quantity.OTHER, ""))
    return Sensor.objects.create(station_id=station_id, field=field, quantity=quantity, unit=unit)


def describe_sensor(
    station_id: int, field: int, quantity: str = "", unit: str = "", label: str = ""
) -> Sensor:
    """Return the sensor of a field; one that is new measures what is said.

    Raises `TooManySensors`, or `ValidationError` for a quantity that is none.
    """
    is_known = Sensor.objects.filter(station_id=station_id, field=field).exists()
    sensor = ensure_sensor(station_id, field)
    if quantity and not is_known:
        sensor.quantity, sensor.unit, sensor.label = quantity, unit, label[:40]
        sensor.full_clean()
        sensor.save()
    return sensor


def set_key(station: Station, print_: KeyPrint) -> None:
    station.key_digest, station.key_hint = print_.digest, print_.hint
    station.key_created_at = timezone.now()
