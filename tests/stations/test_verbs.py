from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from pytest_django import Settings

from stations import keys, verbs
from stations.models import Station
from tests.factories import TUTORIAL_KEY, make_sensor, make_station

pytestmark = pytest.mark.django_db

MAC = "5c:cf:7f:0a:1b:2c"


def test_a_registered_station_is_stored_with_what_was_said_of_it() -> None:
    verbs.register_station("Attic", "5C-CF-7F-0A-1B-2C", placement="outdoor", interval_s=300)
    station = Station.objects.get(name="Attic")
    assert (station.mac, station.placement, station.expected_interval_s) == (MAC, "outdoor", 300)


def test_a_generated_key_is_returned_and_only_its_digest_stored() -> None:
    new = verbs.register_station("Attic", MAC)
    stored = Station.objects.filter(pk=new.station.pk).values().get()
    assert stored["key_digest"] == keys.digest(new.api_key)
    assert new.api_key not in str(stored)


def test_a_typed_key_is_kept() -> None:
    assert verbs.register_station("Attic", MAC, api_key=TUTORIAL_KEY).api_key == TUTORIAL_KEY


def test_an_impossible_key_registers_nobody() -> None:
    with pytest.raises(keys.InvalidKey):
        verbs.register_station("Attic", MAC, api_key="no/slash")
    assert not Station.objects.exists()


@pytest.mark.parametrize(
    ("field", "name", "mac", "interval_s"),
    [
        ("name", "Attic", "5c:cf:7f:0a:1b:2d", 60),
        ("name", "", "5c:cf:7f:0a:1b:2d", 60),
        ("name", "A" * 61, "5c:cf:7f:0a:1b:2d", 60),
        ("mac", "Cellar", "5CCF7F0A1B2C", 60),
        ("mac", "Cellar", "cellar", 60),
        ("expected_interval_s", "Cellar", "5c:cf:7f:0a:1b:2d", 0),
        ("expected_interval_s", "Cellar", "5c:cf:7f:0a:1b:2d", 86_401),
    ],
)
def test_what_is_wrong_is_named(field: str, name: str, mac: str, interval_s: int) -> None:
    verbs.register_station("Attic", MAC)
    with pytest.raises(ValidationError) as caught:
        verbs.register_station(name, mac, interval_s=interval_s)
    assert list(caught.value.message_dict) == [field]


# --- keys -----------------------------------------------------------------------


def test_rotating_keeps_the_key_in_use() -> None:
    station = make_station()
    fresh = verbs.rotate_key(station).station
    assert (fresh.old_key_digest, fresh.old_key_hint) == (station.key_digest, station.key_hint)


def test_rotating_twice_keeps_the_key_that_the_board_has() -> None:
    station = make_station()
    verbs.rotate_key(station)
    second = verbs.rotate_key(station)
    assert second.station.old_key_digest == keys.digest(TUTORIAL_KEY)
    assert second.station.key_digest == keys.digest(second.api_key)


def test_rotating_to_an_impossible_key_changes_nothing() -> None:
    station = make_station()
    with pytest.raises(keys.InvalidKey):
        verbs.rotate_key(station, "no/slash")
    station.refresh_from_db()
    assert station.key_digest == keys.digest(TUTORIAL_KEY)


def test_ending_the_old_key_leaves_the_new_one() -> None:
    new = verbs.rotate_key(make_station())
    verbs.end_old_key(new.station.pk)
    station = Station.objects.get(pk=new.station.pk)
    assert (station.key_digest, station.old_key_digest) == (keys.digest(new.api_key), "")


# --- finding ----------------------------------------------------------------------


@pytest.mark.parametrize("identifier", ["Attic", MAC, "5CCF7F0A1B2C"])
def test_a_station_is_found_by_name_or_address(identifier: str) -> None:
    station = make_station(name="Attic", mac=MAC)
    assert verbs.find_station(identifier) == station


@pytest.mark.parametrize("identifier", ["Cellar", "5c:cf:7f:0a:1b:2d", ""])
def test_a_station_that_nobody_registered_is_not_found(identifier: str) -> None:
    make_station(name="Attic", mac=MAC)
    with pytest.raises(Station.DoesNotExist):
        verbs.find_station(identifier)


# --- sensors -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "quantity", "unit"),
    [(1, "temperature", "C"), (2, "humidity", "%"), (3, "other", "")],
)
def test_a_new_sensor_measures_what_the_tutorial_sends(
    field: int, quantity: str, unit: str
) -> None:
    sensor = verbs.ensure_sensor(make_station().pk, field)
    assert (sensor.quantity, sensor.unit) == (quantity, unit)


def test_a_known_sensor_stays_as_it_was_changed() -> None:
    sensor = make_sensor(field=1, quantity="pressure", unit="hPa")
    assert verbs.ensure_sensor(sensor.station_id, 1).quantity == "pressure"


def test_a_board_with_a_bug_does_not_fill_the_dashboard(settings: Settings) -> None:
    settings.MAX_SENSORS_PER_STATION = 2
    station = make_station()
    verbs.ensure_sensor(station.pk, 1)
    verbs.ensure_sensor(station.pk, 2)
    with pytest.raises(verbs.TooManySensors):
        verbs.ensure_sensor(station.pk, 3)
    assert station.sensors.count() == 2


def test_only_the_stations_named_are_deactivated() -> None:
    attic, cellar = make_station(), make_station()
    verbs.set_active([attic.pk], False)
    active = set(Station.objects.filter(is_active=True))
    assert active == {cellar}
