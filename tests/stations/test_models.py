from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from stations import verbs
from stations.models import Quantity, Sensor, Station
from stations.registry import Registry
from tests.factories import make_sensor, make_station

pytestmark = pytest.mark.django_db


def version() -> int:
    return Registry.objects.get(pk=1).version


CHANGES: dict[str, Callable[[Station, Sensor], object]] = {
    "a saved station": lambda station, _: station.save(),
    "an updated station": lambda station, _: Station.objects.filter(pk=station.pk).update(name="B"),
    "a station updated in bulk": lambda station, _: Station.objects.bulk_update(
        [station], ["name"]
    ),
    "a deleted station": lambda station, _: station.delete(),
    "stations deleted together": lambda *_: Station.objects.all().delete(),
    "sensors created in bulk": lambda station, _: Sensor.objects.bulk_create(
        [Sensor(station=station, field=7, quantity=Quantity.OTHER)]
    ),
    "a saved sensor": lambda _, sensor: sensor.save(),
    "sensors of a station updated": lambda station, _: station.sensors.update(unit="F"),
    "a deleted sensor": lambda _, sensor: sensor.delete(),
    "sensors of a station deleted": lambda station, _: station.sensors.all().delete(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_is_told_to_the_workers(change: Callable[[Station, Sensor], object]) -> None:
    sensor = make_sensor()
    before = version()
    change(sensor.station, sensor)
    assert version() > before


def test_a_change_that_is_undone_is_not_told() -> None:
    station = make_station()
    before = version()
    with transaction.atomic():
        station.save()
        transaction.set_rollback(True)
    assert version() == before


def test_two_stations_cannot_share_an_address() -> None:
    station = make_station()
    other = make_station()
    other.mac = station.mac
    with pytest.raises(IntegrityError), transaction.atomic():
        other.save()


def test_a_station_has_one_sensor_for_a_field() -> None:
    sensor = make_sensor(field=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Sensor.objects.create(station=sensor.station, field=1, quantity=Quantity.OTHER)


@pytest.mark.parametrize("field", [0, 100])
def test_the_database_refuses_a_field_out_of_range(field: int) -> None:
    station = make_station()
    with pytest.raises(IntegrityError), transaction.atomic():
        Sensor.objects.create(station=station, field=field, quantity=Quantity.OTHER)


def test_the_database_refuses_an_interval_of_nothing() -> None:
    station = make_station()
    with pytest.raises(IntegrityError), transaction.atomic():
        Station.objects.filter(pk=station.pk).update(expected_interval_s=0)


def test_an_address_is_cleaned_into_its_canonical_form() -> None:
    station = make_station()
    station.mac = "5C-CF-7F-0A-1B-2C"
    station.full_clean()
    assert station.mac == "5c:cf:7f:0a:1b:2c"


def test_the_error_about_an_address_belongs_to_its_field() -> None:
    station = make_station()
    station.mac = "kitchen"
    with pytest.raises(ValidationError) as caught:
        station.full_clean()
    assert list(caught.value.message_dict) == ["mac"]


def test_a_sensor_is_called_by_its_quantity() -> None:
    assert make_sensor(quantity="pressure").title == "Air pressure"


def test_a_sensor_is_called_by_its_label_when_it_has_one() -> None:
    assert make_sensor(quantity="pressure", label="Barometer").title == "Barometer"


def test_a_station_rotates_until_its_old_key_ends() -> None:
    station = verbs.rotate_key(make_station()).station
    assert station.is_rotating
    verbs.end_old_key(station.pk)
    station.refresh_from_db()
    assert not station.is_rotating
