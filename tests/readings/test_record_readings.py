"""The one write path: readings, latest and summaries, which cannot drift apart."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from readings import summaries
from readings.ingest import record_readings
from readings.measurements import Measurement
from readings.models import DaySummary, HourSummary, Latest, Reading
from readings.times import HOUR_MS, MINUTE_MS, SECOND_MS, day_of, hour_of, now_ms
from readings.values import InvalidValue
from stations.models import Sensor, Station
from stations.verbs import TooManySensors
from tests.factories import make_measurements, make_sensor, make_station

pytestmark = pytest.mark.django_db

# Clocks change in Berlin within these hours.
OCTOBER = 1_792_800_000_000  # 2026-10-24
NOON = 1_795_435_200_000  # 2026-11-23 12:00 UTC

Period = tuple[int, float, float, float, int, int]


@pytest.fixture
def attic() -> Station:
    return make_station(name="Attic")


def _times_and_values() -> list[tuple[int, float]]:
    return list(Reading.objects.order_by("measured_at").values_list("measured_at", "value"))


def _latest() -> tuple[int | None, float | None]:
    latest = Latest.objects.get()
    return latest.measured_at, latest.value


def test_a_reading_is_latest_and_in_its_hour_and_day(attic: Station) -> None:
    assert record_readings(attic, [Measurement(1, 21.5, NOON)]) == 1
    assert _latest() == (NOON, 21.5)
    hour, day = HourSummary.objects.get(), DaySummary.objects.get()
    assert (hour.period, hour.count, hour.mean) == (hour_of(NOON), 1, 21.5)
    assert (day.period, day.count, day.mean) == (day_of(NOON, ZoneInfo("Europe/Berlin")), 1, 21.5)


def test_readings_are_stored_in_the_unit_of_their_quantity(attic: Station) -> None:
    make_sensor(attic, field=1, quantity="temperature", unit="F")
    record_readings(attic, [Measurement(1, 68.0, NOON)])
    assert Latest.objects.get().value == pytest.approx(20.0)


def test_latest_only_moves_forward(attic: Station) -> None:
    for value, at in [(1.0, NOON), (2.0, NOON + 1), (3.0, NOON - HOUR_MS)]:
        record_readings(attic, [Measurement(1, value, at)])
    assert _latest() == (NOON + 1, 2.0)


def test_a_late_reading_proves_that_the_station_is_there(attic: Station) -> None:
    started = now_ms()
    record_readings(attic, [Measurement(1, 3.0, NOON - HOUR_MS)])
    assert Latest.objects.get().received_at >= started


def test_a_late_reading_says_how_late_it_was(attic: Station) -> None:
    record_readings(attic, [Measurement(1, 3.0, now_ms() - 90 * SECOND_MS)])
    assert Reading.objects.get().delay_s in (90, 91)


def test_within_a_batch_the_newest_is_latest_whatever_the_order(attic: Station) -> None:
    batch = [Measurement(1, float(n), NOON + n) for n in (3, 5, 1)]
    record_readings(attic, batch)
    assert _latest() == (NOON + 5, 5.0)


def test_an_outlier_is_stored_flagged_and_in_no_summary(attic: Station) -> None:
    record_readings(attic, [Measurement(1, 21.0, NOON), Measurement(1, 85.0, NOON + 1)])
    assert Reading.objects.get(value=85.0).is_outlier
    assert HourSummary.objects.get().max == DaySummary.objects.get().max == 21.0


def test_an_outlier_is_heard_of_and_not_latest(attic: Station) -> None:
    record_readings(attic, [Measurement(1, 21.0, NOON)])
    Latest.objects.update(received_at=0)
    record_readings(attic, [Measurement(1, 85.0, NOON + 1)])
    assert _latest() == (NOON, 21.0)
    assert Latest.objects.get().received_at > 0


def test_a_sensor_of_nothing_but_outliers_has_no_latest_value_yet_is_heard_of(
    attic: Station,
) -> None:
    record_readings(attic, [Measurement(1, -127.0, NOON)])
    assert _latest() == (None, None)
    assert not HourSummary.objects.exists()


def test_the_first_good_value_after_outliers_is_latest(attic: Station) -> None:
    record_readings(attic, [Measurement(1, -127.0, NOON)])
    record_readings(attic, [Measurement(1, 21.0, NOON - 1)])
    assert _latest() == (NOON - 1, 21.0)


@pytest.mark.parametrize("form", [lambda batch: [batch], lambda batch: [[one] for one in batch]])
def test_ties_of_server_stamped_readings_move_on_and_none_is_merged(
    attic: Station, form: Callable[[list[Measurement]], list[list[Measurement]]]
) -> None:
    """In one batch or each in its own: same value or not, every reading is kept."""
    batch = [Measurement(1, value, NOON) for value in (1.0, 2.0, 2.0, 4.0)]
    stored = sum(record_readings(attic, part) for part in form(batch))
    assert stored == 4
    times_and_values = _times_and_values()
    assert sorted(value for _, value in times_and_values) == [1.0, 2.0, 2.0, 4.0]
    assert [at for at, _ in times_and_values] == [NOON, NOON + 1, NOON + 2, NOON + 3]
    assert HourSummary.objects.get().count == 4


def test_a_tie_among_many_moves_to_the_end_of_the_crowd(attic: Station) -> None:
    record_readings(attic, [Measurement(1, 1.0, NOON + n) for n in range(300)])
    record_readings(attic, [Measurement(1, 2.0, NOON)])
    assert (NOON + 300, 2.0) in _times_and_values()


def test_other_sensors_are_no_tie(attic: Station) -> None:
    record_readings(attic, [Measurement(field, 1.0, NOON) for field in (1, 2)])
    record_readings(make_station(), [Measurement(1, 1.0, NOON)])
    assert [at for at, _ in _times_and_values()] == [NOON] * 3


def test_an_exact_replay_changes_nothing(attic: Station) -> None:
    batch = make_measurements([20.0, 21.0, 22.5], until=NOON)
    record_readings(attic, batch)
    before = [_times_and_values(), _latest(), *_all_periods()]
    assert record_readings(attic, batch) == 0
    assert [_times_and_values(), _latest(), *_all_periods()] == before


def test_of_a_replay_that_brings_news_only_the_news_is_stored(attic: Station) -> None:
    batch = make_measurements([20.0, 21.0, 22.5], until=NOON)
    record_readings(attic, batch[:2])
    assert record_readings(attic, [*batch, batch[2]]) == 1
    assert HourSummary.objects.get(period=hour_of(NOON)).count == 1
    assert DaySummary.objects.get().sum == 63.5


def test_too_many_fields_store_nothing_at_all(attic: Station) -> None:
    cap = settings.MAX_SENSORS_PER_STATION
    with pytest.raises(TooManySensors):
        record_readings(attic, [Measurement(n, 1.0, NOON) for n in range(1, cap + 2)])
    assert not Reading.objects.exists()
    assert not Sensor.objects.exists()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1.1e12])
def test_what_is_no_value_stores_nothing_at_all(attic: Station, value: float) -> None:
    batch = [Measurement(1, 1.0, NOON), Measurement(1, value, NOON + 1)]
    with pytest.raises(InvalidValue, match="too large"):
        record_readings(attic, batch)
    assert not Reading.objects.exists()


@pytest.mark.parametrize("seed", range(5))
def test_summaries_equal_what_the_readings_give(attic: Station, seed: int) -> None:
    """Two days around a change of clocks: late, tied, replayed, outlying, in any order."""
    for batch in _random_batches(random.Random(seed)):
        record_readings(attic, batch)
    zone = ZoneInfo(settings.TIME_ZONE)
    hours, days = _all_periods()
    assert hours == _recomputed(hour_of)
    assert days == _recomputed(lambda at: day_of(at, zone))
    for sensor in Sensor.objects.all():
        assert summaries.check(sensor.pk) == summaries.Wrong(0, 0)


def _random_batches(chance: random.Random) -> list[list[Measurement]]:
    # Quarters of a degree add up without rounding, in whatever order.
    values = [chance.randint(-40, 120) / 4 for _ in range(600)] + [85.0, -127.0] * 10
    chance.shuffle(values)
    measurements = [
        Measurement(
            chance.choice((1, 3)),
            value,
            OCTOBER + chance.randrange(48 * 60) * MINUTE_MS,
            is_exact=chance.random() < 0.3,
        )
        for value in values
    ]
    measurements += chance.sample(measurements, 100)
    batches = []
    while measurements:
        size = chance.choice((1, 2, 40))
        batches.append(measurements[:size])
        del measurements[:size]
    return batches


def _recomputed(period_of: Callable[[int], int]) -> dict[tuple[int, int], Period]:
    groups: dict[tuple[int, int], list[Reading]] = defaultdict(list)
    for reading in Reading.objects.filter(is_outlier=False).order_by("measured_at"):
        groups[reading.sensor_id, period_of(reading.measured_at)].append(reading)
    return {key: _period(group) for key, group in groups.items()}


def _period(group: list[Reading]) -> Period:
    values = [reading.value for reading in group]
    coldest = min(group, key=lambda reading: reading.value)  # the earliest of equals
    warmest = max(group, key=lambda reading: reading.value)
    return (
        len(values),
        sum(values),
        coldest.value,
        warmest.value,
        coldest.measured_at,
        warmest.measured_at,
    )


def _all_periods() -> list[dict[tuple[int, int], Period]]:
    return [
        {
            (held.sensor_id, held.period): (
                held.count,
                held.sum,
                held.min,
                held.max,
                held.min_at,
                held.max_at,
            )
            for held in model._default_manager.all()
        }
        for model in (HourSummary, DaySummary)
    ]
