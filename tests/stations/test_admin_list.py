"""The admin's list of stations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from readings.models import Latest
from readings.times import MINUTE_MS, now_ms
from stations import verbs
from stations.models import Station
from tests.factories import make_readings, make_sensor, make_station
from tests.stations.pages import LIST, run_action, visit

pytestmark = pytest.mark.django_db


def heard(station: Station, minutes_ago: float, values: Sequence[float] = (21.5,)) -> Station:
    sensor = make_readings(station, values)
    received_at = now_ms() - round(minutes_ago * MINUTE_MS)
    Latest.objects.filter(sensor=sensor).update(received_at=received_at)
    return station


def row(client: Client, station: Station) -> str:
    """Return the text of one station's line."""
    shown = visit(client, LIST, q=station.mac)
    return shown.partition("API key ")[2]


def listed(client: Client, **query: str) -> list[str]:
    """Return the names on the list."""
    html = client.get(LIST, query).content.decode()
    return re.findall(r'class="field-name"><a [^>]*>([^<]+)<', html)


@pytest.mark.parametrize(
    ("minutes_ago", "shown"),
    [
        (0, "✓ live just now"),
        (3, "◷ late 3 minutes ago"),
        (60, "⚠ silent 1 hour ago"),
        (3 * 1440, "⚠ silent 3 days ago"),
    ],
)
def test_a_state_is_a_symbol_and_a_word(
    admin_client: Client, minutes_ago: float, shown: str
) -> None:
    assert shown in row(admin_client, heard(make_station(), minutes_ago))


def test_a_station_that_never_posted_is_waited_for(admin_client: Client) -> None:
    assert "… waiting – –" in row(admin_client, make_station())


def test_a_station_whose_readings_are_refused_is_inactive(admin_client: Client) -> None:
    station = heard(make_station(), 60)
    verbs.set_active([station.pk], False)
    assert "✕ inactive 1 hour ago" in row(admin_client, station)


def test_the_exact_time_shows_on_hover(admin_client: Client, settings: Settings) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    Latest.objects.filter(sensor=make_readings()).update(received_at=1_700_000_000_000)
    html = admin_client.get(LIST).content.decode()
    assert '<time datetime="2023-11-14T23:13:20+01:00" title="2023-11-14 23:13:20 CET">' in html


def test_the_latest_values_have_their_units(admin_client: Client) -> None:
    station = make_station()
    make_readings(station, [-3.21], field=1)
    make_readings(station, [44.0], field=2)
    assert "−3.2 °C 44 %" in row(admin_client, station)


def test_values_are_in_the_households_unit(admin_client: Client, settings: Settings) -> None:
    settings.DEFAULT_TEMPERATURE_UNIT = "F"
    station = make_station()
    make_readings(station, [20.0])
    assert "68.0 °F" in row(admin_client, station)


def test_a_sensor_that_sent_nothing_but_outliers_has_no_value(admin_client: Client) -> None:
    station = make_station()
    make_readings(station, [999.0])
    assert "live just now – Indoor" in row(admin_client, station)


def test_a_key_is_shown_by_its_hint(admin_client: Client) -> None:
    station = make_station(api_key="abcdefghijklmnopqrstuvwxyz")
    assert "ab…yz" in row(admin_client, station)


def test_a_rotating_key_is_marked(admin_client: Client) -> None:
    station = make_station()
    verbs.rotate_key(station)
    assert "↻ rotating" in row(admin_client, station)


@pytest.mark.parametrize("term", ["attic", "5C-CF-7F-0A-1B-2C", "5ccf7f0a1b2c", "cf:7f:0a:1b"])
def test_a_station_is_searched_by_name_or_address(admin_client: Client, term: str) -> None:
    make_station(name="Attic", mac="5c:cf:7f:0a:1b:2c")
    make_station(name="Cellar")
    assert listed(admin_client, q=term) == ["Attic"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"state": "live"}, ["Attic"]),
        ({"state": "silent"}, ["Balcony"]),
        ({"state": "waiting"}, ["Cellar"]),
        ({"state": "inactive"}, ["Drawer"]),
        ({"state": "late"}, []),
        ({"placement__exact": "outdoor"}, ["Balcony"]),
        ({"is_active__exact": "0"}, ["Drawer"]),
    ],
)
def test_the_list_is_filtered(
    admin_client: Client, query: dict[str, str], names: list[str]
) -> None:
    heard(make_station(name="Attic"), 0)
    heard(make_station(name="Balcony", placement="outdoor"), 60)
    make_station(name="Cellar")
    make_station(name="Drawer", is_active=False)
    assert listed(admin_client, **query) == names


def test_the_list_is_sorted_by_when_a_station_was_heard(admin_client: Client) -> None:
    heard(make_station(name="Attic"), 5)
    heard(make_station(name="Cellar"), 60)
    heard(make_station(name="Balcony"), 1)
    assert listed(admin_client, o="3") == ["Cellar", "Attic", "Balcony"]


# --- queries ------------------------------------------------------------------------


def counted() -> AbstractContextManager[CaptureQueriesContext]:
    return CaptureQueriesContext(connection)


@pytest.mark.parametrize(("query", "expected"), [({}, 6), ({"state": "live"}, 7)])
@pytest.mark.parametrize("stations", [1, 12])
def test_the_list_takes_as_many_queries_for_a_dozen_as_for_one(
    admin_client: Client, stations: int, query: dict[str, str], expected: int
) -> None:
    for _ in range(stations):
        station = heard(make_station(), 0)
        make_sensor(station, field=2)
    with counted() as queries:
        admin_client.get(LIST, query)
    assert len(queries) == expected, [one["sql"] for one in queries]


# --- actions ------------------------------------------------------------------------


def test_stations_are_deactivated_together(admin_client: Client) -> None:
    attic, cellar, garden = make_station(name="Attic"), make_station(name="Cellar"), make_station()
    shown = run_action(admin_client, "deactivate", attic, cellar)
    assert "Deactivated: Attic, Cellar." in shown
    assert set(Station.objects.filter(is_active=True)) == {garden}


def test_stations_are_activated_together(admin_client: Client) -> None:
    attic = make_station(name="Attic", is_active=False)
    assert "Activated: Attic." in run_action(admin_client, "activate", attic)
    attic.refresh_from_db()
    assert attic.is_active


# --- who may -------------------------------------------------------------------------


def test_a_member_of_the_household_is_asked_for_an_admins_name(client: Client) -> None:
    client.force_login(User.objects.create_user("bob"))
    assert client.get(LIST).headers["Location"].startswith("/admin/login/")


def test_the_admin_leads_to_the_dashboard(admin_client: Client) -> None:
    assert '<a href="/">Dashboard</a>' in admin_client.get(LIST).content.decode()


def test_the_admin_is_called_iotserver(admin_client: Client) -> None:
    assert "<title>Stations | iotserver</title>" in admin_client.get(LIST).content.decode()


def test_only_what_a_person_edits_is_listed(admin_client: Client) -> None:
    html = admin_client.get("/admin/").content.decode()
    listed_models = re.findall(r'<tr class="model-(\w+)', html)
    assert sorted(listed_models) == [
        "advicechange",
        "adviser",
        "board",
        "browser",
        "calibration",
        "channel",
        "delivery",
        "group",
        "householdlink",
        "importjob",
        "refusedboard",
        "silencerule",
        "station",
        "thresholdrule",
        "user",
    ]
