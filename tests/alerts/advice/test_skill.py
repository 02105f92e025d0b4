"""How right the forecasts were."""

from __future__ import annotations

import pytest

from alerts.advice.fold import State
from alerts.advice.forecast import HORIZON_MS
from alerts.advice.skill import Said, accuracy, judge
from readings.times import DAY_MS, HOUR_MS, MINUTE_MS

_START = 1_780_000_000_000 // DAY_MS * DAY_MS


def _state(at: int, difference: float, turned_at: int | None) -> State:
    return State(
        at=at, is_cooler=difference > 0, turned_at=turned_at, inside=25, outside=25 - difference
    )


def _said(day: int, error_min: float, *, ahead_min: int = 60) -> Said:
    made_at = _START + day * DAY_MS
    expected_at = made_at + ahead_min * MINUTE_MS
    return Said(made_at, expected_at, expected_at + round(error_min * MINUTE_MS))


def test_a_turn_decides_the_forecasts_made_before_it() -> None:
    before, after = Said(_START, _START + HOUR_MS), Said(_START + 2 * HOUR_MS, None)
    turned_at = _START + HOUR_MS + MINUTE_MS
    still, judged = judge([before, after], _state(turned_at + HOUR_MS, 1.0, turned_at))
    assert (still, judged) == ([after], [before._replace(came_at=turned_at)])


@pytest.mark.parametrize("difference", [-0.4, 0.0, 0.49])
def test_what_only_brushes_zero_is_no_turn(difference: float) -> None:
    said = Said(_START, _START + HOUR_MS)
    still, judged = judge([said], _state(_START + 2 * HOUR_MS, difference, _START + HOUR_MS))
    assert (still, judged) == ([said], [])


def test_what_never_came_is_judged_after_the_horizon() -> None:
    said = Said(_START, _START + HOUR_MS)
    assert judge([said], _state(_START + HORIZON_MS, -2, None)) == ([said], [])
    late = _state(_START + HORIZON_MS + HOUR_MS + 1, -2, None)
    assert judge([said], late) == ([], [said])


def test_silence_decides_nothing() -> None:
    said = Said(_START, _START + HOUR_MS)
    assert judge([said], State(at=_START + 2 * HOUR_MS, turned_at=_START + HOUR_MS)) == ([said], [])


def test_two_of_three_came_within_the_error() -> None:
    judged = [_said(day, error) for day, error in enumerate((5, 10, 15, 18, 100, 200))]
    assert accuracy(judged) == [(90, 20)]


def test_too_early_is_as_wrong_as_too_late() -> None:
    assert accuracy([_said(day, -40) for day in range(6)]) == [(90, 40)]


def test_four_days_are_too_few() -> None:
    assert accuracy([_said(day, 10) for day in range(4)]) == []


def test_many_forecasts_of_one_day_are_one_day() -> None:
    assert accuracy([_said(0, 10, ahead_min=ahead) for ahead in range(30, 80)]) == []


def test_forecasts_are_judged_among_those_that_looked_as_far() -> None:
    judged = [_said(day, 10) for day in range(5)]
    judged += [_said(day, 45, ahead_min=300) for day in range(5)]
    assert accuracy(judged) == [(90, 10), (360, 45)]


def test_forecasts_that_came_to_nothing_count_as_wrong() -> None:
    came = [_said(day, 10) for day in range(6)]
    vain = [_said(day, 0)._replace(came_at=None) for day in range(6, 9)]
    assert accuracy(came + vain) == [(90, 10)]
    assert accuracy(came[:5] + vain) == []


def test_a_turn_that_was_not_expected_counts_as_wrong() -> None:
    missed = [_said(day, 10)._replace(expected_at=None) for day in range(6)]
    assert accuracy(missed) == []
    assert accuracy([*missed[:2], *(_said(day, 10) for day in range(2, 8))]) == [(90, 10)]


def test_nothing_expected_and_nothing_come_says_nothing() -> None:
    quiet = [Said(_START + day * DAY_MS, None) for day in range(9)]
    assert accuracy(quiet) == []


def test_no_error_is_told_as_none() -> None:
    """Five minutes at least: nobody should believe in seconds."""
    assert accuracy([_said(day, 0) for day in range(6)]) == [(90, 5)]
