"""Records, months and years, and this year against last."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from history.records import Day, Spell, against_last_year, days_of, months, records, years
from readings.times import HOUR_MS, to_ms
from tests.factories import make_readings, make_station, record_history


def _day(on: date, mean: float = 15.0, low: float = 10.0, high: float = 20.0) -> Day:
    return Day(on, mean, low, high, low_at=0, high_at=1)


def _days(first: date, last: date, mean: float) -> list[Day]:
    return [_day(first + timedelta(n), mean) for n in range((last - first).days + 1)]


@pytest.mark.django_db
def test_days_begin_at_local_midnight() -> None:
    station = make_station()
    late_evening = to_ms(datetime(2026, 7, 1, 21, 30, tzinfo=UTC))  # half past eleven in Berlin
    record_history(station, [20.0], until=late_evening)
    sensor = make_readings(station, [24.0, 22.0], until=late_evening + HOUR_MS, every_s=900)
    found = days_of(sensor.pk)
    assert [(day.on, day.mean, day.swing) for day in found] == [
        (date(2026, 7, 1), 20.0, 0.0),
        (date(2026, 7, 2), 23.0, 2.0),
    ]


def test_nothing_measured_is_no_record() -> None:
    assert records([]) is None


def test_each_record_names_its_day() -> None:
    cold = _day(date(2026, 1, 5), low=-12.0, high=-2.0)
    wild = _day(date(2026, 5, 1), low=2.0, high=27.0)
    hot = _day(date(2026, 7, 3), low=20.0, high=36.0)
    found = records([cold, wild, hot])
    assert found == (cold.on, hot, cold, wild)


def test_of_equals_the_earliest_holds_the_record() -> None:
    first, second = _day(date(2026, 1, 5)), _day(date(2026, 1, 6))
    found = records([first, second])
    assert found is not None and found.highest is first


def test_months_come_newest_first_with_the_mean_of_their_days() -> None:
    days = [_day(date(2026, 1, 31), 1.0), _day(date(2026, 2, 1), 4.0), _day(date(2026, 2, 2), 6.0)]
    assert months(days) == [
        Spell(2026, 2, 2, 5.0, 10.0, 20.0),
        Spell(2026, 1, 1, 1.0, 10.0, 20.0),
    ]


def test_years_end_with_december() -> None:
    days = [_day(date(2025, 12, 31), 1.0), _day(date(2026, 1, 1), 4.0)]
    assert [(one.year, one.mean) for one in years(days)] == [(2026, 4.0), (2025, 1.0)]


def test_the_running_month_is_compared_up_to_today_only() -> None:
    last = _days(date(2025, 1, 1), date(2025, 1, 10), 0.0) + _days(
        date(2025, 1, 11), date(2025, 12, 31), 30.0
    )
    this = _days(date(2026, 1, 1), date(2026, 1, 10), 2.0)
    january, so_far = against_last_year(last + this, date(2026, 1, 10))
    assert (january.month, january.difference) == (1, 2.0)
    assert (so_far.month, so_far.difference) == (0, 2.0)


def test_a_month_without_a_counterpart_has_no_difference() -> None:
    last = _days(date(2025, 2, 1), date(2025, 2, 28), 5.0)
    this = _days(date(2026, 1, 1), date(2026, 2, 20), 8.0)
    january, february, _ = against_last_year(last + this, date(2026, 2, 20))
    assert (january.difference, february.difference) == (None, 3.0)


def test_without_last_year_there_is_nothing_to_compare() -> None:
    days = _days(date(2026, 1, 1), date(2026, 3, 1), 5.0)
    assert against_last_year(days, date(2026, 3, 1)) == []


def test_a_leap_day_belongs_to_its_year() -> None:
    last = _days(date(2027, 2, 1), date(2027, 2, 28), 5.0)
    this = _days(date(2028, 2, 1), date(2028, 2, 29), 6.0)
    _, february, _ = against_last_year(last + this, date(2028, 2, 29))
    assert february.this is not None and february.last is not None
    assert (february.this.days, february.last.days) == (29, 28)
