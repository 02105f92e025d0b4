"""Summaries rebuilt from the readings equal those that ingest keeps."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from pytest_django import Settings

from readings import summaries
from readings.ingest import record_readings
from readings.measurements import Measurement
from readings.models import DaySummary, HourSummary, Reading
from readings.times import DAY_MS, HOUR_MS, MINUTE_MS, to_ms
from stations.models import Sensor
from tests.factories import make_measurements, make_readings, make_station

pytestmark = pytest.mark.django_db

Facts = dict[int, tuple[object, ...]]
_COLUMNS = ("count", "sum", "min", "max", "min_at", "max_at")
_HOUR = 1_780_000_000_000 // HOUR_MS * HOUR_MS


def _ms(*moment: int) -> int:
    return to_ms(datetime(*moment, tzinfo=UTC))  # type: ignore[arg-type,misc]


def _hours(sensor: Sensor) -> Facts:
    rows = HourSummary.objects.filter(sensor=sensor).values_list("period", *_COLUMNS)
    return {row[0]: row[1:] for row in rows}


def _days(sensor: Sensor) -> Facts:
    rows = DaySummary.objects.filter(sensor=sensor).values_list("period", *_COLUMNS)
    return {row[0]: row[1:] for row in rows}


def _told_by_readings(sensor: Sensor, zone: str) -> tuple[Facts, Facts]:
    """Summarise in Python, the slow and plain way: hours, then days."""
    hours: dict[int, list[Reading]] = {}
    days: dict[int, list[Reading]] = {}
    epoch = datetime(1970, 1, 1, tzinfo=UTC).toordinal()
    for reading in Reading.objects.filter(sensor=sensor, is_outlier=False):
        local = datetime.fromtimestamp(reading.measured_at / 1000, ZoneInfo(zone))
        hours.setdefault(reading.measured_at // HOUR_MS, []).append(reading)
        days.setdefault(local.toordinal() - epoch, []).append(reading)
    return _summed(hours), _summed(days)


def _summed(groups: dict[int, list[Reading]]) -> Facts:
    facts: Facts = {}
    for period, readings in groups.items():
        low = min(readings, key=lambda r: (r.value, r.measured_at))
        high = min(readings, key=lambda r: (-r.value, r.measured_at))
        total = pytest.approx(sum(r.value for r in readings))
        facts[period] = (
            len(readings), total, low.value, high.value, low.measured_at, high.measured_at
        )  # fmt: skip
    return facts


def _scattered(luck: random.Random, around: int, field: int) -> list[Measurement]:
    """Return 300 measurements in any order over five days, many of equal value, some outliers."""
    return [
        Measurement(
            field,
            luck.choice([21.5, -4.25, 99.5, round(luck.gauss(15, 8), 1)]),
            around + luck.randrange(-5 * DAY_MS // 2, 5 * DAY_MS // 2),
            is_exact=luck.random() < 0.5,
        )
        for _ in range(300)
    ]


def _post_in_batches(luck: random.Random, measurements: Sequence[Measurement]) -> Sensor:
    station, left = make_station(), list(measurements)
    while left:
        size = luck.choice([1, 1, 2, 7, 60])
        batch, left = left[:size], left[size:]
        record_readings(station, batch + batch[:1])
    return Sensor.objects.get(station=station)


SPRING, AUTUMN, SUMMER = _ms(2026, 3, 29), _ms(2026, 10, 25), _ms(2026, 7, 1)


@pytest.fixture(params=[SPRING, AUTUMN, SUMMER], ids=["spring", "autumn", "summer"])
def sensor(request: pytest.FixtureRequest) -> Sensor:
    """A thermometer whose readings came back-filled, out of order, twice, in any batches."""
    luck = random.Random(request.param)
    return _post_in_batches(luck, _scattered(luck, request.param, field=1))


def test_ingest_keeps_what_the_readings_tell(sensor: Sensor, settings: Settings) -> None:
    hours, days = _told_by_readings(sensor, settings.TIME_ZONE)
    assert (_hours(sensor), _days(sensor)) == (hours, days)


def test_a_check_agrees_with_ingest(sensor: Sensor) -> None:
    assert summaries.check(sensor.pk) == (0, 0)


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Pacific/Auckland", "America/St_Johns", "UTC"])
def test_after_another_time_zone_a_rebuild_tells_its_days(
    sensor: Sensor, settings: Settings, zone: str
) -> None:
    settings.TIME_ZONE = zone
    summaries.rebuild(sensor.pk)
    assert (_hours(sensor), _days(sensor)) == _told_by_readings(sensor, zone)


def test_a_check_notices_another_time_zone(sensor: Sensor, settings: Settings) -> None:
    settings.TIME_ZONE = "Pacific/Auckland"
    hours, days = summaries.check(sensor.pk)
    assert (hours, days > 0) == (0, True)


def test_a_rebuild_makes_lost_summaries_anew(sensor: Sensor, settings: Settings) -> None:
    HourSummary.objects.all().delete()
    DaySummary.objects.all().delete()
    summaries.rebuild(sensor.pk)
    assert (_hours(sensor), _days(sensor)) == _told_by_readings(sensor, settings.TIME_ZONE)


def test_a_rebuild_leaves_nothing_to_find(sensor: Sensor, settings: Settings) -> None:
    settings.TIME_ZONE = "Asia/Tokyo"
    found = summaries.check(sensor.pk)
    assert summaries.rebuild(sensor.pk) == found
    assert summaries.check(sensor.pk) == (0, 0)


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25), (SUMMER, 24)])
def test_a_day_has_the_hours_that_the_clocks_leave_it(day: int, hours: int) -> None:
    every_half_hour = make_measurements([20.0] * 200, until=day + 50 * HOUR_MS, every_s=1800)
    station = make_station()
    record_readings(station, every_half_hour)
    sensor = Sensor.objects.get(station=station)
    DaySummary.objects.all().delete()
    summaries.rebuild(sensor.pk)
    assert _days(sensor)[day // DAY_MS][0] == 2 * hours


def test_outliers_are_left_out() -> None:
    sensor = make_readings(values=[20.0, 250.0, 22.0], until=_HOUR + 30 * MINUTE_MS)
    HourSummary.objects.all().delete()
    summaries.rebuild(sensor.pk)
    assert [(count, high) for count, _, _, high, *_ in _hours(sensor).values()] == [(2, 22.0)]


@pytest.mark.parametrize(
    ("column", "wrong"),
    [("count", 9), ("sum", 1.0), ("min", 1.0), ("max", 99.0), ("min_at", 5), ("max_at", 5)],
)
def test_a_wrong_number_is_found_and_mended(column: str, wrong: float) -> None:
    sensor = make_readings(values=[20.0, 21.0], until=_HOUR + 30 * MINUTE_MS)
    right = _hours(sensor)
    HourSummary.objects.update(**{column: wrong})
    assert summaries.check(sensor.pk) == (1, 0)
    assert summaries.rebuild(sensor.pk) == (1, 0)
    assert _hours(sensor) == right


def test_a_sum_off_by_the_order_of_adding_is_right() -> None:
    sensor = make_readings(values=[0.1, 0.2, 0.3], until=_HOUR + 30 * MINUTE_MS)
    HourSummary.objects.update(sum=0.1 + (0.2 + 0.3) + 1e-13)
    assert summaries.check(sensor.pk) == (0, 0)


def test_a_summary_of_readings_that_are_gone_goes_too() -> None:
    sensor = make_readings(values=[20.0])
    Reading.objects.all().delete()
    assert summaries.rebuild(sensor.pk) == (1, 1)
    assert (_hours(sensor), _days(sensor)) == ({}, {})


def test_periods_far_apart_are_all_seen() -> None:
    station = make_station()
    for days_ago in (0, 40, 200):
        make_readings(station, until=_HOUR - days_ago * DAY_MS)
    sensor = Sensor.objects.get(station=station)
    HourSummary.objects.all().delete()
    DaySummary.objects.all().delete()
    assert summaries.rebuild(sensor.pk) == (3, 3)


def test_a_long_row_of_periods_is_seen_without_a_gap() -> None:
    sensor = make_readings(values=[20.0] * 40 * 24, until=_HOUR, every_s=3600)
    lost = HourSummary.objects.all().delete()[0], DaySummary.objects.all().delete()[0]
    assert summaries.rebuild(sensor.pk) == lost


def test_a_check_changes_nothing() -> None:
    sensor = make_readings()
    HourSummary.objects.update(count=7)
    summaries.check(sensor.pk)
    assert HourSummary.objects.get().count == 7


def test_a_rebuild_touches_its_own_sensor_alone() -> None:
    sensor, other = make_readings(), make_readings()
    HourSummary.objects.update(count=7)
    summaries.rebuild(sensor.pk)
    assert HourSummary.objects.get(sensor=other).count == 7


def test_a_sensor_that_measured_nothing_is_right() -> None:
    sensor = make_readings()
    for table in (Reading, HourSummary, DaySummary):
        table._default_manager.all().delete()
    assert summaries.check(sensor.pk) == (0, 0)


def test_readings_posted_after_a_rebuild_are_added_to_it() -> None:
    station = make_station()
    sensor = make_readings(station, [20.0], until=_HOUR)
    HourSummary.objects.all().delete()
    summaries.rebuild(sensor.pk)
    make_readings(station, [22.0], until=_HOUR + MINUTE_MS)
    assert [(count, total) for count, total, *_ in _hours(sensor).values()] == [(2, 42.0)]
