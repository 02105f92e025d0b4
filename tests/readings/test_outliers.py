"""Hiding a reading and showing it again: summaries and latest follow."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from django.db import connection

from readings import pruning, summaries
from readings.ingest import record_readings
from readings.measurements import Measurement
from readings.models import DaySummary, HourSummary, Latest, Reading
from readings.outliers import listing, outliers, set_outlier
from readings.times import DAY_MS, HOUR_MS, MINUTE_MS, day_of, to_ms
from stations.models import Sensor
from tests.factories import make_readings, make_station

pytestmark = pytest.mark.django_db

NOON = to_ms(datetime(2026, 7, 1, 12, tzinfo=UTC))
AUTUMN = to_ms(datetime(2026, 10, 25, tzinfo=UTC))


def _highest(sensor: Sensor) -> tuple[float, float]:
    hour = HourSummary.objects.get(sensor=sensor)
    return hour.max, DaySummary.objects.get(sensor=sensor).max


def test_a_hidden_reading_leaves_its_hour_and_day() -> None:
    sensor = make_readings(values=[20.0, 40.0, 21.0], until=NOON + 30 * MINUTE_MS)
    assert set_outlier(sensor.pk, NOON + 29 * MINUTE_MS, True)
    assert _highest(sensor) == (21.0, 21.0)


def test_a_reading_shown_again_is_back_in_them() -> None:
    sensor = make_readings(values=[20.0, 250.0, 21.0], until=NOON + 30 * MINUTE_MS)
    assert _highest(sensor) == (21.0, 21.0)
    assert set_outlier(sensor.pk, NOON + 29 * MINUTE_MS, False)
    assert _highest(sensor) == (250.0, 250.0)


def test_the_value_itself_stays() -> None:
    sensor = make_readings(values=[20.0], until=NOON)
    set_outlier(sensor.pk, NOON, True)
    assert Reading.objects.get().value == 20.0


def test_the_only_reading_of_an_hour_takes_its_summary_with_it() -> None:
    sensor = make_readings(values=[20.0], until=NOON)
    set_outlier(sensor.pk, NOON, True)
    assert not HourSummary.objects.exists() and not DaySummary.objects.exists()


def test_latest_goes_back_to_the_one_before() -> None:
    sensor = make_readings(values=[20.0, 40.0], until=NOON)
    heard_at = Latest.objects.get().received_at
    set_outlier(sensor.pk, NOON, True)
    latest = Latest.objects.get()
    assert (latest.measured_at, latest.value) == (NOON - MINUTE_MS, 20.0)
    assert latest.received_at == heard_at


def test_latest_is_empty_when_nothing_is_left() -> None:
    sensor = make_readings(values=[20.0], until=NOON)
    set_outlier(sensor.pk, NOON, True)
    latest = Latest.objects.get()
    assert (latest.measured_at, latest.value) == (None, None)


def test_latest_takes_a_restored_reading() -> None:
    sensor = make_readings(values=[20.0, 250.0], until=NOON)
    set_outlier(sensor.pk, NOON, False)
    assert Latest.objects.get().value == 250.0


def test_what_is_so_already_stays_as_it_is() -> None:
    sensor = make_readings(values=[20.0], until=NOON)
    assert not set_outlier(sensor.pk, NOON, False)
    assert not set_outlier(sensor.pk, NOON + 1, True)
    assert HourSummary.objects.get().count == 1


def test_they_are_listed_newest_first() -> None:
    sensor = make_readings(values=[250.0, 20.0, 300.0], until=NOON)
    found = outliers(sensor.pk, NOON - HOUR_MS, NOON + 1, 10)
    assert [one.value for one in found] == [300.0, 250.0]
    assert outliers(sensor.pk, NOON - HOUR_MS, NOON + 1, 1) == found[:1]
    assert outliers(sensor.pk, NOON - HOUR_MS, NOON - 5 * MINUTE_MS, 10) == []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL plans by its statistics")
def test_the_few_are_found_without_looking_at_the_many() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {listing(1)}", [1, 0, NOON, 10])
        assert "USING INDEX reading_outliers" in str(cursor.fetchall())


def test_summaries_stay_right_over_any_hiding_and_showing() -> None:
    luck = random.Random(25)
    station = make_station()
    times = [AUTUMN + luck.randrange(-DAY_MS, 2 * DAY_MS) for _ in range(80)]
    record_readings(station, [Measurement(1, luck.gauss(15, 40), at, True) for at in times])
    sensor = Sensor.objects.get(station=station)
    for at in luck.choices(times, k=120):
        set_outlier(sensor.pk, at, luck.random() < 0.5)
    assert summaries.check(sensor.pk) == (0, 0)


def test_summaries_whose_readings_are_deleted_are_left_alone() -> None:
    sensor = make_readings(values=[20.0] * 120, until=NOON)
    hours = list(HourSummary.objects.values_list("period", "count"))
    list(pruning.prune(sensor.pk, NOON - 30 * MINUTE_MS))  # in the middle of a day
    set_outlier(sensor.pk, NOON, True)
    assert DaySummary.objects.get(period=day_of(NOON, UTC)).count == 120
    assert HourSummary.objects.filter(period__in=[period for period, _ in hours[:2]]).count() == 2
