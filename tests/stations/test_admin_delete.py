"""Taking stations and sensors away in the admin, with all they measured."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from readings import removal
from readings.models import DaySummary, HourSummary, Latest, Reading
from stations.models import Sensor, Station
from stations.registry import Registry
from tests.factories import make_readings, make_sensor, make_station
from tests.stations.pages import LIST, page_of, removal_of, run_action, submit, visit

pytestmark = pytest.mark.django_db

THOUSAND = [20.0] * 1_234


def what_is_left(sensor: Sensor) -> dict[str, int]:
    tables = (Reading, HourSummary, DaySummary, Latest)
    return {table.__name__: table.objects.filter(sensor_id=sensor.pk).count() for table in tables}


NOTHING = {"Reading": 0, "HourSummary": 0, "DaySummary": 0, "Latest": 0}


def test_a_deletion_says_how_many_readings_go(admin_client: Client) -> None:
    station = make_station(name="Attic")
    make_readings(station, THOUSAND, field=1)
    make_readings(station, [44.0], field=2)
    shown = visit(admin_client, page_of(station, "delete"))
    assert "Stations: 1 Sensors: 2 Readings: 1235" in shown
    assert "Station: Attic Temperature: 1,234 readings Relative humidity: 1 reading" in shown


def test_asking_takes_as_many_queries_for_many_readings_as_for_one(admin_client: Client) -> None:
    counts = []
    for values in ([20.0], THOUSAND):
        sensor = make_readings(values=values)
        with CaptureQueriesContext(connection) as queries:
            admin_client.get(page_of(sensor.station, "delete"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_no_reading_is_loaded_to_be_deleted(admin_client: Client) -> None:
    sensor = make_readings(values=THOUSAND)
    with CaptureQueriesContext(connection) as queries:
        submit(admin_client, page_of(sensor.station, "delete"), post="yes")
    read = [q["sql"] for q in queries if q["sql"].startswith('SELECT "readings_reading"')]
    # Neither their number nor the time at which the next batch would end loads one.
    assert [sql for sql in read if "COUNT(" not in sql and " LIMIT 1 OFFSET " not in sql] == []


def test_a_confirmed_deletion_leaves_nothing_behind(admin_client: Client) -> None:
    sensor = make_readings(values=THOUSAND)
    submit(admin_client, page_of(sensor.station, "delete"), post="yes")
    assert what_is_left(sensor) == NOTHING
    assert not Station.objects.exists()


def test_other_stations_keep_what_they_measured(admin_client: Client) -> None:
    attic, cellar = make_readings(), make_readings()
    submit(admin_client, page_of(attic.station, "delete"), post="yes")
    assert what_is_left(cellar) == {"Reading": 1, "HourSummary": 1, "DaySummary": 1, "Latest": 1}


def test_many_stations_are_deleted_together(admin_client: Client) -> None:
    attic, cellar, garden = make_readings(), make_readings(), make_readings()
    shown = run_action(admin_client, "delete_selected", attic.station, cellar.station)
    assert "Stations: 2 Sensors: 2 Readings: 2" in shown
    run_action(admin_client, "delete_selected", attic.station, cellar.station, post="yes")
    assert list(Station.objects.all()) == [garden.station]
    assert [what_is_left(sensor) for sensor in (attic, cellar)] == [NOTHING, NOTHING]


def test_a_deletion_is_told_to_the_workers(admin_client: Client) -> None:
    station = make_station()
    before = Registry.objects.get().version
    run_action(admin_client, "delete_selected", station, post="yes")
    assert Registry.objects.get().version > before


def test_many_readings_go_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removal, "CHUNK", 3)
    sensor = make_readings(values=[20.0] * 8)
    with CaptureQueriesContext(connection) as queries:
        removal.remove_stations([sensor.station_id])
    batches = [q for q in queries if q["sql"].startswith('DELETE FROM "readings_reading"')]
    assert (len(batches), what_is_left(sensor)) == (3, NOTHING)


def test_a_deletion_cut_short_leaves_an_inactive_station() -> None:
    sensor = make_readings()
    removal.empty_stations([sensor.station_id])
    assert not Station.objects.get().is_active


def test_a_helper_who_may_not_delete_empties_no_station(client: Client) -> None:
    helper = User.objects.create_user("helper", is_staff=True)
    helper.user_permissions.add(Permission.objects.get(codename="change_station"))
    client.force_login(helper)
    sensor = make_readings(values=THOUSAND)
    assert client.post(page_of(sensor.station, "delete"), {"post": "yes"}).status_code == 403
    sensor.station.refresh_from_db()
    assert (Reading.objects.count(), sensor.station.is_active) == (1_234, True)


# --- one sensor -----------------------------------------------------------------------------


def test_removing_a_sensor_says_how_many_readings_go(admin_client: Client) -> None:
    sensor = make_readings(values=THOUSAND)
    shown = visit(admin_client, removal_of(sensor))
    assert "and with it 1,234 readings . This cannot be undone." in shown
    assert Sensor.objects.exists()


def test_a_confirmed_removal_leaves_nothing_of_the_sensor(admin_client: Client) -> None:
    sensor = make_readings(values=THOUSAND)
    shown = submit(admin_client, removal_of(sensor))
    assert "Removed Temperature (field 1) and 1,234 readings." in shown
    assert (what_is_left(sensor), Sensor.objects.exists()) == (NOTHING, False)


def test_the_stations_other_sensors_stay(admin_client: Client) -> None:
    temperature = make_readings()
    humidity = make_sensor(temperature.station, field=2)
    submit(admin_client, removal_of(temperature))
    assert list(Sensor.objects.all()) == [humidity]


def test_a_sensor_of_another_station_is_not_found(admin_client: Client) -> None:
    sensor, other = make_sensor(), make_station()
    path = f"{LIST}{other.pk}/sensors/{sensor.pk}/remove/"
    assert admin_client.post(path).status_code == 404
    assert Sensor.objects.filter(pk=sensor.pk).exists()


def test_a_helper_who_may_only_look_removes_no_sensor(client: Client) -> None:
    helper = User.objects.create_user("helper", is_staff=True)
    helper.user_permissions.add(Permission.objects.get(codename="view_station"))
    client.force_login(helper)
    sensor = make_sensor()
    assert client.post(removal_of(sensor)).status_code == 403
    assert Sensor.objects.filter(pk=sensor.pk).exists()
