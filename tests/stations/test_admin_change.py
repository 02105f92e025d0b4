"""A station's page in the admin: itself and its sensors."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from readings.models import Latest
from stations import keys, verbs
from stations.admin_forms import StationForm
from stations.models import Sensor, Station
from stations.registry import Registry
from tests.factories import make_readings, make_sensor, make_station, update_path
from tests.locking import is_locked
from tests.stations.pages import page_of, removal_of, station_fields, submit, visit

pytestmark = pytest.mark.django_db


def test_a_station_is_changed(admin_client: Client) -> None:
    station = make_station()
    changed = station_fields(station, name="Attic", mac="5C-CF-7F-0A-1B-2C", placement="outdoor")
    submit(admin_client, page_of(station), **changed)
    station.refresh_from_db()
    assert (station.name, station.mac) == ("Attic", "5c:cf:7f:0a:1b:2c")
    assert station.placement == "outdoor"


def test_a_change_leaves_the_key_alone(admin_client: Client) -> None:
    station = make_station()
    submit(admin_client, page_of(station), **station_fields(station, name="Attic"))
    before = (station.key_digest, station.key_created_at)
    station.refresh_from_db()
    assert (station.key_digest, station.key_created_at) == before


def test_a_key_that_was_rotated_meanwhile_stays(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rotate_meanwhile(form: StationForm) -> dict[str, Any] | None:
        verbs.rotate_key(form.instance, "a-new-key-for-the-attic")
        return forms.ModelForm.clean(form)

    monkeypatch.setattr(StationForm, "clean", rotate_meanwhile)
    station = make_station()
    submit(admin_client, page_of(station), **station_fields(station, name="Attic"))
    found = Station.objects.get()
    assert (found.name, found.key_digest) == ("Attic", keys.digest("a-new-key-for-the-attic"))


@pytest.mark.django_db(transaction=True)
def test_no_other_writer_comes_between_reading_and_saving_a_page(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL the page would overwrite what pruning or a board wrote meanwhile."""
    found: list[bool] = []

    def look(form: StationForm) -> dict[str, Any] | None:
        found.append(is_locked())
        return forms.ModelForm.clean(form)

    monkeypatch.setattr(StationForm, "clean", look)
    station = make_station()
    submit(admin_client, page_of(station), **station_fields(station))
    assert found == [True]


def test_a_board_of_another_address_is_warned_of_when_it_is_not_real(admin_client: Client) -> None:
    station = make_station()
    fields = station_fields(station, mac="6c:ef:7r:3b:9d:e8")
    assert "is no real MAC address" in submit(admin_client, page_of(station), **fields)


def test_a_deactivated_board_is_refused_at_once(admin_client: Client, client: Client) -> None:
    station = make_station()
    assert client.get(update_path(station)).status_code == 200
    fields = station_fields(station)
    del fields["is_active"]
    submit(admin_client, page_of(station), **fields)
    assert client.get(update_path(station)).status_code == 403


def test_state_and_last_seen_are_on_the_page(admin_client: Client) -> None:
    sensor = make_readings()
    shown = visit(admin_client, page_of(sensor.station))
    assert "State: ✓ live Last seen: just now" in shown


def test_each_sensor_shows_its_latest_value(admin_client: Client) -> None:
    sensor = make_readings(values=[-3.21])
    assert "−3.2 °C just now" in visit(admin_client, page_of(sensor.station))


def test_the_page_takes_as_many_queries_for_many_sensors_as_for_one(admin_client: Client) -> None:
    counts = []
    for fields in (1, 9):
        station = make_station()
        for field in range(1, fields + 1):
            make_readings(station, field=field)
        admin_client.get(page_of(station))  # Django looks its content types up once
        with CaptureQueriesContext(connection) as queries:
            admin_client.get(page_of(station))
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- sensors -----------------------------------------------------------------------------


def test_a_unit_takes_effect_with_the_next_reading(admin_client: Client, client: Client) -> None:
    station = make_station()
    client.get(update_path(station, data="50"))
    fields = station_fields(station) | {"sensors-0-unit": "F"}
    submit(admin_client, page_of(station), **fields)
    client.get(update_path(station, data="50"))
    assert Latest.objects.get().value == pytest.approx(10)


def test_a_sensor_can_be_described_before_its_first_reading(admin_client: Client) -> None:
    station = make_station()
    new = {"field": "3", "quantity": "pressure", "unit": "", "label": "Barometer"}
    fields = station_fields(station) | {"sensors-TOTAL_FORMS": "1"}
    fields |= {f"sensors-0-{name}": value for name, value in new.items()}
    submit(admin_client, page_of(station), **fields)
    sensor = station.sensors.get()
    assert (sensor.field, sensor.quantity, sensor.label) == (3, "pressure", "Barometer")


def test_a_new_sensor_is_told_to_the_workers(admin_client: Client) -> None:
    station = make_station()
    before = Registry.objects.get().version
    new = {"sensors-0-field": "3", "sensors-0-quantity": "rain", "sensors-TOTAL_FORMS": "1"}
    submit(admin_client, page_of(station), **(station_fields(station) | new))
    assert Registry.objects.get().version > before


@pytest.mark.parametrize(
    ("quantity", "typed", "unit"),
    [
        ("temperature", "F", "F"),
        ("temperature", "°c", "C"),
        ("temperature", "", "C"),
        ("pressure", "HPA", "hPa"),
        ("wind_speed", "km/h", "km/h"),
        ("other", "lux", "lux"),
        ("other", "", ""),
    ],
)
def test_a_unit_is_spelled_as_the_server_knows_it(
    admin_client: Client, quantity: str, typed: str, unit: str
) -> None:
    sensor = make_sensor()
    fields = station_fields(sensor.station)
    fields |= {"sensors-0-quantity": quantity, "sensors-0-unit": typed}
    submit(admin_client, page_of(sensor.station), **fields)
    sensor.refresh_from_db()
    assert (sensor.quantity, sensor.unit) == (quantity, unit)


@pytest.mark.parametrize(
    ("quantity", "typed", "sentence"),
    [
        ("temperature", "hPa", "For temperature, take one of: C, F, K."),
        ("humidity", "C", "For relative humidity, take one of: %."),
    ],
)
def test_a_unit_of_another_quantity_is_refused(
    admin_client: Client, quantity: str, typed: str, sentence: str
) -> None:
    sensor = make_sensor()
    fields = station_fields(sensor.station)
    fields |= {"sensors-0-quantity": quantity, "sensors-0-unit": typed}
    assert sentence in submit(admin_client, page_of(sensor.station), **fields)
    sensor.refresh_from_db()
    assert (sensor.quantity, sensor.unit) == ("temperature", "C")


@pytest.mark.parametrize(("typed", "months"), [("12", 12), ("", None), ("0", 6), ("-1", 6)])
def test_a_sensor_keeps_its_readings_for_as_many_months_as_are_typed(
    admin_client: Client, typed: str, months: int | None
) -> None:
    """Nothing typed is for ever; less than a month is refused."""
    sensor = make_sensor()
    Sensor.objects.update(keep_raw_months=6)
    fields = station_fields(sensor.station) | {"sensors-0-keep_raw_months": typed}
    submit(admin_client, page_of(sensor.station), **fields)
    sensor.refresh_from_db()
    assert sensor.keep_raw_months == months


def test_saving_the_page_removes_no_sensor(admin_client: Client) -> None:
    sensor = make_sensor()
    fields = station_fields(sensor.station) | {"sensors-0-DELETE": "on"}
    submit(admin_client, page_of(sensor.station), **fields)
    assert Sensor.objects.filter(pk=sensor.pk).exists()


def test_each_sensor_leads_to_its_removal(admin_client: Client) -> None:
    sensor = make_sensor()
    assert removal_of(sensor) in admin_client.get(page_of(sensor.station)).content.decode()
