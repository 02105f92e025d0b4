"""The API: what the dashboard shows, for programs."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client
from drf_spectacular.validation import validate_schema
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from readings.dialects.json_batch import PARTS
from readings.times import from_ms, now_ms
from tests.factories import make_readings, make_sensor, make_station

pytestmark = pytest.mark.django_db


@pytest.fixture
def bob(django_user_model: type[User]) -> APIClient:
    client = APIClient()
    client.force_authenticate(django_user_model.objects.create_user("bob"))
    return client


def test_a_station_comes_with_its_latest_values(bob: APIClient) -> None:
    now = now_ms()
    make_readings(make_station(name="Attic"), [20.0, 21.5], until=now)
    (station,) = bob.get("/api/v1/stations/").json()
    assert (station["name"], station["state"]) == ("Attic", "live")
    (sensor,) = station["sensors"]
    assert (sensor["field"], sensor["value"], sensor["unit"]) == (1, 21.5, "C")
    assert datetime.fromisoformat(sensor["measured_at"]) == from_ms(now)


def test_a_sensor_without_readings_has_no_value(bob: APIClient) -> None:
    make_sensor()
    (station,) = bob.get("/api/v1/stations/").json()
    assert station["sensors"][0]["value"] is None


def test_values_have_the_canonical_unit_whatever_the_board_sends(bob: APIClient) -> None:
    station = make_station()
    make_sensor(station, field=1, quantity="temperature", unit="F")
    make_readings(station, [68.0])
    (shown,) = bob.get("/api/v1/stations/").json()
    assert (shown["sensors"][0]["value"], shown["sensors"][0]["unit"]) == (20.0, "C")


def test_no_key_leaves_the_server(bob: APIClient) -> None:
    station = make_station()
    body = bob.get("/api/v1/stations/").content.decode()
    assert station.key_digest not in body
    assert "key" not in body


def test_one_station_by_its_id(bob: APIClient) -> None:
    station = make_station(name="Attic")
    assert bob.get(f"/api/v1/stations/{station.pk}/").json()["name"] == "Attic"


def test_an_unknown_id_is_told(bob: APIClient) -> None:
    response = bob.get("/api/v1/stations/4711/")
    assert (response.status_code, list(response.json())) == (404, ["detail"])


def test_a_stranger_learns_where_to_sign_in(client: Client) -> None:
    response = client.get("/api/v1/stations/")
    assert (response.status_code, response.json()["detail"]) == (403, "Sign in at /sign-in/ first.")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_written(bob: APIClient, method: str) -> None:
    make_station()
    assert getattr(bob, method)("/api/v1/stations/").status_code in (403, 405)


def test_ten_stations_take_two_queries(
    bob: APIClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(10):
        make_readings()
    with django_assert_num_queries(2):
        bob.get("/api/v1/stations/")


def test_the_description_is_valid_openapi(bob: APIClient) -> None:
    schema = bob.get("/api/v1/schema/?format=json").json()
    validate_schema(schema)  # type: ignore[no-untyped-call]
    assert "/api/v1/stations/{id}/" in schema["paths"]


def test_the_description_tells_every_part_of_a_new_reading(bob: Client) -> None:
    schema = bob.get("/api/v1/schema/?format=json").json()
    assert "/api/v1/readings/" in schema["paths"]
    assert schema["components"]["schemas"]["NewReading"]["properties"].keys() == PARTS
