"""`readings.queries.trends`: how fast a sensor's values rise or fall."""

from __future__ import annotations

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from readings import queries
from readings.models import Reading
from readings.times import MINUTE_MS
from stations.models import Sensor
from tests.factories import make_sensor

pytestmark = pytest.mark.django_db

NOW = 1_795_449_600_000
_RISE = 1 / (55 / 60)  # per hour, of one within the 55 minutes between the windows' middles


@pytest.fixture
def sensor() -> Sensor:
    return make_sensor()


def _read(sensor: Sensor, minutes_ago: float, value: float, *, is_outlier: bool = False) -> None:
    Reading.objects.create(
        sensor_id=sensor.pk,
        measured_at=NOW - round(minutes_ago * MINUTE_MS),
        value=value,
        delay_s=0,
        is_outlier=is_outlier,
    )


def test_it_is_the_difference_of_an_hour_ago_and_now(sensor: Sensor) -> None:
    _read(sensor, 60, 20.0)
    _read(sensor, 5, 21.0)
    assert queries.trends([sensor.pk], NOW) == {sensor.pk: pytest.approx(_RISE)}


def test_each_time_has_the_mean_of_its_minutes(sensor: Sensor) -> None:
    for minutes_ago, value in [(69, 19.0), (51, 21.0), (9, 20.0), (0, 22.0)]:
        _read(sensor, minutes_ago, value)
    assert queries.trends([sensor.pk], NOW) == {sensor.pk: pytest.approx(_RISE)}


@pytest.mark.parametrize("minutes_ago", [71, 49, 30, 11, -1])
def test_nothing_else_counts(sensor: Sensor, minutes_ago: float) -> None:
    _read(sensor, 60, 20.0)
    _read(sensor, 5, 21.0)
    _read(sensor, minutes_ago, 70.0)
    assert queries.trends([sensor.pk], NOW) == {sensor.pk: pytest.approx(_RISE)}


@pytest.mark.parametrize("minutes_ago", [60, 5])
def test_outliers_do_not_count(sensor: Sensor, minutes_ago: float) -> None:
    _read(sensor, 61, 20.0)
    _read(sensor, 6, 21.0)
    _read(sensor, minutes_ago, 900.0, is_outlier=True)
    assert queries.trends([sensor.pk], NOW) == {sensor.pk: pytest.approx(_RISE)}


@pytest.mark.parametrize("minutes_ago", [60, 5])
def test_one_of_both_times_tells_nothing(sensor: Sensor, minutes_ago: float) -> None:
    _read(sensor, minutes_ago, 20.0)
    assert queries.trends([sensor.pk], NOW) == {}


def test_each_sensor_has_its_own(sensor: Sensor) -> None:
    falling, unasked = make_sensor(), make_sensor()
    for one, change in [(sensor, 1.0), (falling, -2.0), (unasked, 3.0)]:
        _read(one, 60, 20.0)
        _read(one, 5, 20.0 + change)
    assert queries.trends([sensor.pk, falling.pk], NOW) == {
        sensor.pk: pytest.approx(_RISE),
        falling.pk: pytest.approx(-2 * _RISE),
    }


def test_all_sensors_take_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    sensors = [make_sensor().pk for _ in range(5)]
    with django_assert_num_queries(1):
        queries.trends(sensors, NOW)


def test_without_sensors_nobody_is_asked(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert queries.trends([], NOW) == {}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL plans by what is there")
def test_every_window_is_looked_up_and_no_table_is_read_whole(sensor: Sensor) -> None:
    parameters = [0, 1] * 3 + [sensor.pk]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {queries._MEANS.format('%s')}", parameters)
        steps = [row[3] for row in cursor.fetchall()]
    assert sum("sensor_id=? AND measured_at>? AND measured_at<?" in step for step in steps) == 3
    assert not any(step.startswith("SCAN") for step in steps)
