"""`readings.pruning`: old readings go, their hours and days stay."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.management import call_command

from readings import pruning, summaries
from readings.ingest import record_readings, settle
from readings.measurements import Measurement, Submission
from readings.models import DaySummary, HourSummary, Latest, Reading
from readings.outcomes import Refused
from readings.times import DAY_MS, HOUR_MS, MINUTE_MS, day_of, day_start_ms, now_ms, to_ms
from readings.values import InvalidValue
from stations.auth import StationCache
from stations.models import Sensor
from stations.wire import Credentials
from tests.factories import TUTORIAL_KEY, make_readings, make_station, record_history

_ZONE = ZoneInfo(settings.TIME_ZONE)
_DAYS = 6


def _midnight(days_ago: int) -> int:
    return day_start_ms(day_of(now_ms(), _ZONE) - days_ago, _ZONE)


def _sensor() -> Sensor:
    """A sensor with a reading every ten minutes of six days."""
    station = make_station()
    values = [20 + number % 50 / 10 for number in range(_DAYS * 144)]
    record_history(station, values, every_s=600)
    return Sensor.objects.get(station=station)


def _prune(sensor: Sensor, since: int) -> int:
    return sum(step.readings for step in pruning.prune(sensor.pk, since))


def _summaries() -> list[list[tuple[object, ...]]]:
    """Return all of them; sums may differ in their last digits by the order of adding."""
    return [
        [
            tuple(round(value, 6) if isinstance(value, float) else value for value in row)
            for row in table.objects.order_by("sensor_id", "period").values_list()
        ]
        for table in (HourSummary, DaySummary)
    ]


# --- the horizon: pure ------------------------------------------------------------


@pytest.mark.parametrize(
    ("months", "now", "expected"),
    [
        (1, (2026, 11, 23, 3, 0), (2026, 10, 23)),
        (12, (2026, 11, 23, 3, 0), (2025, 11, 23)),
        (1, (2026, 3, 31, 3, 0), (2026, 2, 28)),
        (1, (2028, 3, 31, 3, 0), (2028, 2, 29)),
        (1, (2027, 1, 15, 0, 0), (2026, 12, 15)),
        (6, (2026, 9, 30, 23, 59), (2026, 3, 30)),  # the clocks were changed in between
        (25, (2026, 1, 1, 12, 0), (2023, 12, 1)),
    ],
)
def test_the_horizon_is_the_local_midnight_so_many_months_ago(
    months: int, now: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    moment = to_ms(datetime(*now, tzinfo=_ZONE))  # type: ignore[arg-type, misc]
    begin = to_ms(datetime(*expected, tzinfo=_ZONE))  # type: ignore[arg-type, misc]
    assert pruning.horizon(months, moment) == begin


@pytest.mark.parametrize("size", [20, 500, 20_000])
def test_a_step_that_took_long_is_followed_by_a_smaller_one(size: int) -> None:
    assert pruning._next_size(size, 10 * pruning._AIM_S) == max(20, size // 10)


def test_a_quick_step_is_followed_by_one_of_twice_its_size_at_most() -> None:
    assert pruning._next_size(500, 0.0001) == 1_000


def test_no_step_grows_beyond_all_bounds() -> None:
    assert pruning._next_size(20_000, 0.0001) == 20_000


# --- what goes and what stays --------------------------------------------------------


@pytest.mark.django_db
def test_readings_before_the_time_go_and_no_others() -> None:
    sensor, since = _sensor(), _midnight(2)
    older = Reading.objects.filter(measured_at__lt=since).count()
    newer = list(Reading.objects.filter(measured_at__gte=since).values_list())
    assert _prune(sensor, since) == older
    assert list(Reading.objects.values_list()) == newer


@pytest.mark.django_db
def test_hours_and_days_stay() -> None:
    sensor = _sensor()
    before = _summaries()
    _prune(sensor, _midnight(2))
    assert _summaries() == before


@pytest.mark.django_db
def test_other_sensors_keep_theirs() -> None:
    _prune(_sensor(), _midnight(0))
    other = _sensor()
    before = Reading.objects.filter(sensor=other).count()
    _prune(_sensor(), _midnight(0))
    assert Reading.objects.filter(sensor=other).count() == before


@pytest.mark.django_db
def test_outliers_go_too() -> None:
    station = make_station()
    sensor = make_readings(station, [999.0], until=now_ms() - 5 * DAY_MS)
    assert Reading.objects.get().is_outlier
    assert _prune(sensor, _midnight(2)) == 1


@pytest.mark.django_db
def test_the_latest_value_stays_even_when_its_reading_went() -> None:
    """A station that has been silent for longer than readings are kept still shows its last."""
    sensor = make_readings(values=[21.5], until=now_ms() - 5 * DAY_MS)
    _prune(sensor, _midnight(2))
    assert (Reading.objects.count(), Latest.objects.get().value) == (0, 21.5)


@pytest.mark.django_db
def test_it_goes_in_small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "_FIRST", 100)
    monkeypatch.setattr(pruning, "_next_size", lambda size, _: size)
    sizes = [step.readings for step in pruning.prune(_sensor().pk, _midnight(0))]
    assert len(sizes) > 5
    assert max(sizes) == 100


@pytest.mark.django_db
def test_cut_short_it_goes_on_the_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "_FIRST", 100)
    sensor, since = _sensor(), _midnight(0)
    next(pruning.prune(sensor.pk, since))
    _prune(sensor, since)
    assert not Reading.objects.filter(measured_at__lt=since).exists()


@pytest.mark.django_db
def test_without_old_readings_nothing_is_changed() -> None:
    sensor = _sensor()
    assert _prune(sensor, _midnight(30)) == 0
    sensor.refresh_from_db()
    assert sensor.raw_since == 0


# --- summaries of what is gone ---------------------------------------------------------


@pytest.mark.django_db
def test_a_check_does_not_miss_the_readings_that_went() -> None:
    sensor = _sensor()
    _prune(sensor, _midnight(2))
    assert summaries.check(sensor.pk) == (0, 0)


@pytest.mark.django_db
def test_a_rebuild_does_not_delete_the_summaries_of_what_went() -> None:
    sensor = _sensor()
    before = _summaries()
    _prune(sensor, _midnight(2))
    call_command("rebuild_summaries", verbosity=0)
    assert _summaries() == before


@pytest.mark.django_db
def test_a_rebuild_still_mends_what_readings_tell() -> None:
    sensor = _sensor()
    before = _summaries()
    _prune(sensor, _midnight(2))
    day = day_of(_midnight(2), _ZONE)
    DaySummary.objects.filter(period__gte=day).update(count=1)
    HourSummary.objects.filter(period__gte=_midnight(2) // HOUR_MS).delete()
    summaries.rebuild(sensor.pk)
    assert _summaries() == before


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Pacific/Auckland"])
def test_a_day_or_hour_that_lost_a_part_is_left_as_it_is(
    zone: str, settings: pytest.FixtureRequest
) -> None:
    """Midnight may fall amid an hour of UTC, and after a move amid another day."""
    sensor = _sensor()
    since = _midnight(2) + 30 * MINUTE_MS
    before = _summaries()
    _prune(sensor, since)
    summaries.rebuild(sensor.pk)
    assert _summaries() == before


# --- late readings -----------------------------------------------------------------------


def _again(reading: Reading) -> Measurement:
    return Measurement(1, reading.value, reading.measured_at, is_exact=True)


@pytest.mark.django_db
def test_a_resend_of_a_deleted_reading_does_not_count_twice() -> None:
    sensor = _sensor()
    oldest = Reading.objects.earliest("measured_at")
    _prune(sensor, _midnight(2))
    before = _summaries()
    with pytest.raises(InvalidValue, match="older than kept"):
        record_readings(sensor.station, [_again(oldest)])
    assert (_summaries(), Reading.objects.filter(measured_at=oldest.measured_at).count()) == (
        before,
        0,
    )


@pytest.mark.django_db
def test_a_board_is_told_that_its_reading_is_too_old() -> None:
    """The workers' copy of the registry learns of the pruning."""
    sensor = _sensor()
    cache = StationCache()
    credentials = Credentials(TUTORIAL_KEY, sensor.station.mac)
    submission = Submission(credentials, (Measurement(1, 20.0, _midnight(3)),))
    (stored,) = settle(cache, [submission])
    assert not isinstance(stored, Refused)
    _prune(sensor, _midnight(2))
    (refused,) = settle(cache, [submission])
    assert isinstance(refused, Refused)
    assert (refused.status, refused.reason) == (400, "older than kept")


@pytest.mark.django_db
def test_a_late_reading_within_what_is_kept_is_taken() -> None:
    sensor = _sensor()
    _prune(sensor, _midnight(2))
    measurement = Measurement(1, 20.0, _midnight(2) + 7, is_exact=True)
    assert record_readings(sensor.station, [measurement]) == 1


@pytest.mark.django_db
def test_keeping_more_again_does_not_open_the_past() -> None:
    """What was deleted is gone, whatever the sensor is to keep from now on."""
    sensor = _sensor()
    _prune(sensor, _midnight(1))
    _prune(sensor, _midnight(4))
    sensor.refresh_from_db()
    assert sensor.raw_since == _midnight(1)


def test_boundaries_follow_each_other() -> None:
    now = now_ms()
    horizons = [pruning.horizon(months, now) for months in range(1, 240)]
    assert all(later > earlier for later, earlier in pairwise(horizons))
