"""What a chart is drawn from tells the same as the readings, whatever table it comes from."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from history.buckets import Stretch, plan
from history.ranges import Range
from history.series import Series, first_day_of, read_series, shade
from readings import pruning
from readings.ingest import record_readings
from readings.measurements import Measurement
from readings.models import Reading
from readings.times import (
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    SECOND_MS,
    day_of,
    day_start_ms,
    now_ms,
    to_ms,
)
from stations.models import Sensor
from tests.factories import make_measurements, make_readings, make_station, record_history

pytestmark = pytest.mark.django_db

BERLIN = ZoneInfo("Europe/Berlin")


def _ms(*parts: int) -> int:
    return to_ms(datetime(*parts, tzinfo=UTC))  # type: ignore[arg-type,misc]


SPRING, AUTUMN = _ms(2026, 3, 29), _ms(2026, 10, 25)
NOON = _ms(2026, 7, 1, 12)


def _read(sensor: Sensor, since: int, until: int, points: int = 500) -> Series:
    return read_series(sensor, Range(since, until), points, BERLIN)


def _values(series: Series) -> list[float | None]:
    return [one.mean for one in series.stretches]


def _measured(series: Series) -> list[Stretch]:
    return [one for one in series.stretches if one.n]


@pytest.fixture(params=[SPRING, AUTUMN], ids=["spring", "autumn"])
def around(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def scattered(around: int) -> Sensor:
    """Readings in any order over ten days around a change of the clocks, some outliers."""
    luck = random.Random(around)
    measurements = [
        Measurement(
            1,
            luck.choice([21.5, 99.5, round(luck.gauss(15, 8), 1)]),
            around + luck.randrange(-5 * DAY_MS, 5 * DAY_MS),
            is_exact=True,
        )
        for _ in range(1_200)
    ]
    station = make_station(interval_s=1800)
    for start in range(0, 1_200, 50):
        record_readings(station, measurements[start : start + 50] + measurements[:3])
    return Sensor.objects.get(station=station)


def _told_by_readings(sensor: Sensor, since: int, until: int, points: int) -> list[Stretch]:
    """Cut in Python, the slow and plain way."""
    cut = plan(since, until, points, BERLIN, has_raw=True)
    found = []
    for bucket in range(cut.first, cut.end):
        start, end = cut.start_ms(bucket), cut.start_ms(bucket + 1)
        inside = Reading.objects.filter(
            sensor=sensor, measured_at__gte=start, measured_at__lt=end, is_outlier=False
        )
        values = [one.value for one in inside]
        if values:
            mean: Any = pytest.approx(sum(values) / len(values))
            found.append(Stretch(start, min(values), mean, max(values), len(values)))
    return found


@pytest.mark.parametrize(
    ("points", "source", "width_ms"),
    [
        (400, "raw", 30 * MINUTE_MS),
        (150, "hour", 2 * HOUR_MS),
        (40, "hour", 6 * HOUR_MS),
        (13, "day", DAY_MS),
        (5, "day", 2 * DAY_MS),
    ],
)
def test_every_source_tells_what_the_readings_tell(
    scattered: Sensor, around: int, points: int, source: str, width_ms: int
) -> None:
    since, until = around - 4 * DAY_MS + 1234, around + 4 * DAY_MS + 567
    series = _read(scattered, since, until, points)
    assert (series.source, series.width_ms) == (source, width_ms)
    told = [one._replace(late=None) for one in _measured(series)]
    assert told == _told_by_readings(scattered, since, until, points)


def test_few_readings_come_as_they_are() -> None:
    sensor = make_readings(values=[20.0, 21.0, 20.5], until=NOON)
    series = _read(sensor, NOON - HOUR_MS, NOON + 1)
    assert (series.source, series.width_ms) == ("raw", 0)
    minutes = [one.at for one in _measured(series)]
    assert minutes == [NOON - 2 * MINUTE_MS, NOON - MINUTE_MS, NOON]
    assert [one.mean for one in _measured(series)] == [20.0, 21.0, 20.5]


def test_few_readings_of_a_long_time_come_as_they_are() -> None:
    sensor = make_readings(values=[20.0, 21.0], until=NOON, every_s=86_400)
    assert _read(sensor, NOON - 365 * DAY_MS, NOON + 1).source == "raw"


def test_the_end_is_not_part_of_a_range() -> None:
    sensor = make_readings(values=[20.0, 21.0], until=NOON)
    assert _values(_read(sensor, NOON - MINUTE_MS, NOON)) == [20.0]


def test_outliers_are_left_out() -> None:
    sensor = make_readings(values=[20.0, 250.0, 21.0, 20.0], until=NOON)
    assert _values(_read(sensor, NOON - HOUR_MS, NOON + 1)) == [20.0, 21.0, 20.0]
    assert [one.high for one in _measured(_read(sensor, NOON - HOUR_MS, NOON + 1, 2))] == [21.0]


def test_no_reading_is_no_stretch() -> None:
    sensor = make_readings(until=NOON)
    assert _read(sensor, NOON - 9 * DAY_MS, NOON - 8 * DAY_MS).stretches == []


def test_silence_is_a_gap_of_readings() -> None:
    station = make_station()
    record_history(station, [20.0], until=NOON - 30 * MINUTE_MS)
    record_history(station, [22.0], until=NOON)
    sensor = Sensor.objects.get(station=station)
    assert _values(_read(sensor, NOON - HOUR_MS, NOON + 1)) == [20.0, None, 22.0]


def test_silence_is_a_gap_of_hours() -> None:
    station = make_station()
    record_history(station, [20.0] * 60, until=NOON - 5 * HOUR_MS)
    record_history(station, [22.0] * 60, until=NOON - MINUTE_MS)
    sensor = Sensor.objects.get(station=station)
    series = _read(sensor, NOON - 8 * HOUR_MS, NOON, points=16)
    assert (series.source, _values(series)) == ("hour", [20.0, 20.0, None, 22.0])


def test_no_change_of_the_clocks_looks_like_a_gap(around: int) -> None:
    station = make_station()
    record_history(station, [20.0] * 10 * 96, until=around + 5 * DAY_MS, every_s=900)
    sensor = Sensor.objects.get(station=station)
    series = _read(sensor, around - 4 * DAY_MS, around + 5 * DAY_MS, points=12)
    assert series.source == "day"
    assert None not in _values(series)


def test_what_came_too_late_to_be_live_is_marked() -> None:
    now = now_ms()
    sensor = make_readings(values=[20.0, 21.0, 22.0], until=now, every_s=90)
    assert [one.late for one in _read(sensor, now - HOUR_MS, now + 1).stretches] == [1, 0, 0]
    (bucket,) = _measured(_read(sensor, now - 30 * DAY_MS, now + 1, points=2))
    assert bucket.late is None


def test_what_came_too_late_is_counted_in_buckets_of_readings() -> None:
    now = NOON + now_ms() % 1000
    sensor = make_readings(values=[20.0] * 100, until=now)
    series = _read(sensor, NOON - 2 * HOUR_MS, NOON + SECOND_MS, points=50)
    assert series.source == "raw" and series.width_ms > 0
    assert sum(one.late or 0 for one in series.stretches) == 100


def test_where_readings_are_deleted_hours_take_their_place() -> None:
    sensor = make_readings(values=[20.0] * 240, until=NOON)
    midnight = day_start_ms(day_of(NOON, BERLIN) + 1, BERLIN)
    before = _values(_read(sensor, NOON - 5 * HOUR_MS, NOON, points=10))
    list(pruning.prune(sensor.pk, midnight))
    sensor.refresh_from_db()
    series = _read(sensor, NOON - 5 * HOUR_MS, NOON, points=1000)
    assert not Reading.objects.exists()
    assert series.source == "hour"
    assert [one for one in _values(series) if one] == [one for one in before if one]


def test_a_late_reading_is_in_its_bucket_at_once() -> None:
    station = make_station()
    record_history(station, [20.0] * 120, until=NOON)
    sensor = Sensor.objects.get(station=station)
    record_readings(station, make_measurements([30.0], until=NOON - HOUR_MS + 1))
    for points in (2, 60):
        assert (
            max(one.high or 0 for one in _read(sensor, NOON - DAY_MS, NOON, points).stretches) == 30
        )


def test_the_first_day_is_that_of_the_eldest_sensor() -> None:
    young = make_readings(until=NOON)
    old = make_readings(until=NOON - 40 * DAY_MS)
    assert first_day_of([young.pk, old.pk]) == day_of(NOON - 40 * DAY_MS, BERLIN)
    assert first_day_of([]) is None


def _pair(inside: list[float], outside: list[float]) -> tuple[Sensor, Sensor]:
    one = make_readings(make_station(), inside, until=NOON)
    other = make_readings(make_station(placement="outdoor"), outside, until=NOON)
    return one, other


@pytest.mark.parametrize("points", [500, 30])
def test_the_shade_begins_when_outside_falls_below_inside(points: int) -> None:
    pair = _pair([22.0] * 60, [25.0] * 29 + [20.0] * 31)
    period = Range(NOON - HOUR_MS, NOON)
    inside, outside = (read_series(one, period, points, BERLIN) for one in pair)
    assert [tuple(one) for one in shade(inside, outside, period, BERLIN)] == [
        (NOON - 30 * MINUTE_MS, NOON)
    ]


def test_a_month_is_shaded_by_the_hour_though_it_is_drawn_coarser() -> None:
    pair = _pair([22.0] * 120, [25.0] * 59 + [20.0] * 61)
    period = Range(NOON - 30 * DAY_MS, NOON)
    inside, outside = (read_series(one, period, 30, BERLIN) for one in pair)
    assert inside.width_ms > HOUR_MS
    (spell,) = shade(inside, outside, period, BERLIN)
    assert spell.since == NOON - HOUR_MS


def test_a_year_is_not_shaded() -> None:
    pair = _pair([22.0], [20.0])
    period = Range(NOON - 365 * DAY_MS, NOON)
    inside, outside = (read_series(one, period, 500, BERLIN) for one in pair)
    assert shade(inside, outside, period, BERLIN) == []
