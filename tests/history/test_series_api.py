"""/api/v1/series/: what programs and the page's own chart ask."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

import pytest
from django.test import Client
from drf_spectacular.validation import validate_schema
from pytest_django import DjangoAssertNumQueries

from readings.times import DAY_MS, HOUR_MS, MINUTE_MS, from_ms, now_ms, to_ms
from tests.factories import make_readings, make_sensor, make_station, record_history

pytestmark = pytest.mark.django_db

NOW = now_ms() // MINUTE_MS * MINUTE_MS
COLUMNS = ("time", "min", "mean", "max", "count", "late")


def _ask(client: Client, status: int = 200, /, **query: Any) -> Any:
    given = {"from": from_ms(NOW - HOUR_MS).isoformat(), "to": from_ms(NOW + 1).isoformat()}
    response = client.get("/api/v1/series/", cast(Any, given | query))
    assert response.status_code == status, response.content
    return response.json()


def test_a_series_has_columns_of_equal_length(bob: Client) -> None:
    sensor = make_readings(make_station(name="Attic"), [20.0, 21.5], until=NOW)
    (series,) = _ask(bob, sensor=sensor.pk)["series"]
    assert series["name"] == "Attic"
    assert {len(series[column]) for column in COLUMNS} == {2}
    assert (series["source"], series["bucket_s"]) == ("raw", 0)
    assert series["time"] == [(NOW - MINUTE_MS) / 1000, NOW / 1000]
    assert series["mean"] == [20.0, 21.5]


def test_gaps_are_nulls(bob: Client) -> None:
    station = make_station()
    record_history(station, [20.0], until=NOW - 30 * MINUTE_MS)
    sensor = make_readings(station, [21.0], until=NOW)
    (series,) = _ask(bob, sensor=sensor.pk)["series"]
    assert [series[column][1] for column in COLUMNS[1:]] == [None] * 5


def test_no_more_points_than_asked_for(bob: Client) -> None:
    sensor = make_readings(values=[20.0] * 600, until=NOW)
    (series,) = _ask(bob, sensor=sensor.pk, points=30)["series"]
    assert len(series["time"]) <= 30
    assert series["bucket_s"] == 180


def test_several_sensors_come_in_the_order_asked_for(bob: Client) -> None:
    first, second = make_readings(until=NOW), make_readings(until=NOW)
    found = _ask(bob, sensor=[second.pk, first.pk, second.pk])["series"]
    assert [one["sensor"] for one in found] == [second.pk, first.pk]


def test_fahrenheit_on_request(bob: Client) -> None:
    sensor = make_readings(values=[20.0], until=NOW)
    (series,) = _ask(bob, sensor=sensor.pk, unit="F")["series"]
    assert (series["unit"], series["mean"], series["min"]) == ("F", [68.0], [68.0])


def test_the_viewers_choice_unless_asked_otherwise(bob: Client) -> None:
    bob.cookies["temperature_unit"] = "F"
    sensor = make_readings(values=[20.0], until=NOW)
    assert _ask(bob, sensor=sensor.pk)["series"][0]["mean"] == [68.0]
    assert _ask(bob, sensor=sensor.pk, unit="C")["series"][0]["mean"] == [20.0]


def test_only_temperatures_are_converted(bob: Client) -> None:
    station = make_station()
    make_sensor(station, field=2, quantity="humidity")
    sensor = make_readings(station, [50.0], until=NOW, field=2)
    (series,) = _ask(bob, sensor=sensor.pk, unit="F")["series"]
    assert (series["unit"], series["mean"]) == ("%", [50.0])


def test_a_sensor_without_readings_has_empty_columns(bob: Client) -> None:
    (series,) = _ask(bob, sensor=make_sensor().pk)["series"]
    assert [series[column] for column in COLUMNS] == [[]] * 6


def test_cooler_outside_is_told_for_a_pair(bob: Client) -> None:
    inside = make_readings(values=[22.0] * 30, until=NOW)
    outside = make_readings(values=[25.0] * 10 + [20.0] * 20, until=NOW)
    found = _ask(bob, sensor=inside.pk, inside=inside.pk, outside=outside.pk)
    assert found["cooler_outside"] == [[(NOW - 19 * MINUTE_MS) / 1000, (NOW + 1) / 1000]]
    assert len(found["series"]) == 1


def test_without_a_pair_nothing_is_compared(bob: Client) -> None:
    sensor = make_readings(until=NOW)
    assert _ask(bob, sensor=sensor.pk, inside=sensor.pk)["cooler_outside"] == []


def test_dates_are_days_of_the_house(bob: Client) -> None:
    sensor = make_readings(until=NOW)
    found = _ask(bob, sensor=sensor.pk, **{"from": "2026-10-25", "to": "2026-10-25"})
    assert found["to"] - found["from"] == 25 * 3600
    assert found["time_zone"] == "Europe/Berlin"


@pytest.mark.parametrize(
    "query",
    [
        {"from": "yesterday"},
        {"from": "2026-01-02", "to": "2026-01-01"},
        {"points": 1},
        {"points": 5001},
        {"points": "many"},
        {"unit": "K"},
        {"sensor": "attic"},
        {"sensor": []},
        {"sensor": ["1"] * 21},
    ],
)
def test_a_wrong_question_is_told(bob: Client, query: dict[str, object]) -> None:
    sensor = make_readings(until=NOW)
    assert _ask(bob, 400, **({"sensor": sensor.pk} | query))


def test_an_unknown_sensor_is_told(bob: Client) -> None:
    assert _ask(bob, 404, sensor=4711) == {"detail": "There is no sensor 4711."}


def test_a_stranger_gets_nothing(client: Client) -> None:
    assert "Sign in" in _ask(client, 403, sensor=make_readings().pk)["detail"]


def test_a_year_takes_three_queries_a_sensor_and_one_for_all(
    bob: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """It does where the readings are all of the last day, of which its summary tells too little."""
    noon = to_ms(datetime(2026, 7, 1, 12, tzinfo=UTC))
    sensor = make_readings(values=[20.0] * 600, until=noon)
    year = {"from": from_ms(noon - 365 * DAY_MS).isoformat(), "to": from_ms(noon + 1).isoformat()}
    session_and_user = 2
    with django_assert_num_queries(session_and_user + 1 + 3):
        _ask(bob, sensor=sensor.pk, **year)


def test_the_stations_tell_the_ids_to_ask_with(bob: Client) -> None:
    sensor = make_readings(until=NOW)
    (station,) = bob.get("/api/v1/stations/").json()
    assert station["sensors"][0]["id"] == sensor.pk


def test_the_description_is_valid_and_names_every_part(bob: Client) -> None:
    schema = bob.get("/api/v1/schema/?format=json").json()
    validate_schema(schema)  # type: ignore[no-untyped-call]
    asked = schema["paths"]["/api/v1/series/"]["get"]["parameters"]
    names = {one["name"] for one in asked}
    assert names == {"sensor", "from", "to", "points", "unit", "inside", "outside"}
    answered = schema["components"]["schemas"]["OneSeries"]["properties"]
    assert answered.keys() >= set(COLUMNS)
