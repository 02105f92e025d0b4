"""When outside falls below inside: from days made up for the purpose."""

from __future__ import annotations

import math

import pytest

from alerts.advice.forecast import HORIZON_MS, outlook
from readings.times import DAY_MS, HOUR_MS, MINUTE_MS

_NOON = 1_780_000_000_000 // DAY_MS * DAY_MS + 12 * HOUR_MS
Hours = dict[int, float]


def _usual(hour: float, lift: float = 0.0) -> float:
    """It is cooler outside (above 0) by night, warmer by day; the turn is at 20:00."""
    return -4 * math.cos(2 * math.pi * (hour - 14) / 24) + lift


def _hours(days: int = 5, lift: float = 0.0, until: int = _NOON) -> Hours:
    last = until // HOUR_MS
    return {h: _usual(h % 24 + 0.5, lift) for h in range(last - 24 * days - 3, last)}


def _expected_in_min(
    at: int, difference: float, hours: Hours, trail: list[tuple[int, float]] | None = None
) -> float | None:
    found = outlook(at, difference, trail or [], hours)
    assert found is not None
    return None if found.expected_at is None else (found.expected_at - at) / MINUTE_MS


def test_a_day_like_those_before_turns_when_they_did() -> None:
    expected = _expected_in_min(_NOON, _usual(12), _hours())
    assert expected == pytest.approx(8 * 60, abs=10)


def test_a_hotter_day_turns_later() -> None:
    expected = _expected_in_min(_NOON, _usual(12) - 2, _hours())
    assert expected is not None and 8.5 * 60 < expected < 11 * 60


def test_a_milder_day_turns_earlier() -> None:
    expected = _expected_in_min(_NOON, _usual(12) + 2, _hours())
    assert expected is not None and 5 * 60 < expected < 7.5 * 60


def test_a_difference_that_shrinks_faster_than_usual_turns_earlier() -> None:
    at = _NOON + 7 * HOUR_MS
    now, hours = _usual(19), _hours(until=at)
    level = [(at - ahead * 10 * MINUTE_MS, now) for ahead in range(6, 0, -1)]
    rising = [(at - ahead * 10 * MINUTE_MS, now - ahead * 0.5) for ahead in range(6, 0, -1)]
    slow, fast = (_expected_in_min(at, now, hours, trail) for trail in (level, rising))
    assert slow is not None and fast is not None and fast < slow - 5


def test_one_gust_is_not_taken_for_the_level() -> None:
    at, hours = _NOON, _hours()
    trail = [(at - ahead * 10 * MINUTE_MS, _usual(12 - ahead / 6)) for ahead in range(6, 0, -1)]
    calm = _expected_in_min(at, _usual(12), hours, trail)
    gust = _expected_in_min(at, _usual(12) + 1.5, hours, trail)
    alone = _expected_in_min(at, _usual(12) + 1.5, hours)
    assert calm is not None and gust is not None and alone is not None
    assert abs(gust - calm) < abs(alone - calm)


def test_days_that_never_turn_promise_nothing() -> None:
    assert _expected_in_min(_NOON, _usual(12, -6), _hours(lift=-6)) is None


def test_beyond_the_horizon_nothing_is_promised() -> None:
    at = _NOON + 9 * HOUR_MS  # past the evening's turn, and today is hotter
    hours = dict.fromkeys(_hours(until=at), -1.0)
    hours |= {h: 1.0 for h in hours if h % 24 == (at + HORIZON_MS) // HOUR_MS % 24 + 2}
    assert _expected_in_min(at, -1.0, hours) is None


@pytest.mark.parametrize("days", [1, 2, 5])
def test_it_says_from_how_many_days_it_learned(days: int) -> None:
    found = outlook(_NOON, -2.0, [], _hours(days))
    assert found is not None and found.days == days


def test_without_a_day_before_there_is_no_forecast() -> None:
    assert outlook(_NOON, -2.0, [], {}) is None
    assert outlook(_NOON, -2.0, [], {_NOON // HOUR_MS - 1: -2.0}) is None


def test_a_day_with_a_gap_is_left_out_where_it_has_none() -> None:
    hours = _hours()
    for hour in range(_NOON // HOUR_MS - 20, _NOON // HOUR_MS - 14):
        del hours[hour]
    assert _expected_in_min(_NOON, _usual(12), hours) == pytest.approx(8 * 60, abs=10)


def test_the_hours_to_come_are_not_looked_at() -> None:
    future = {_NOON // HOUR_MS + ahead: 9.0 for ahead in range(18)}
    assert outlook(_NOON, -3.0, [], _hours() | future) == outlook(_NOON, -3.0, [], _hours())


def test_a_short_trail_has_no_slope() -> None:
    found = outlook(_NOON, -3.0, [(_NOON - 10 * MINUTE_MS, -9.0)], _hours())
    assert found is not None and found.slope == 0.0


def test_the_slope_is_told_per_hour() -> None:
    trail = [(_NOON - ahead * 10 * MINUTE_MS, -3.0 - ahead / 6) for ahead in range(6, 0, -1)]
    found = outlook(_NOON, -3.0, trail, _hours())
    assert found is not None and found.slope == pytest.approx(1.0)
