"""Above or below a limit for so long: told by the readings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.rules.thresholds import Crossing, Standing, Threshold, follow
from readings.times import MINUTE_MS

_START = 1_790_000_000_000
_HOT = Threshold(
    is_above=True, limit=30.0, hysteresis=1.0, for_ms=10 * MINUTE_MS, gap_ms=5 * MINUTE_MS
)
_COLD = Threshold(is_above=False, limit=5.0, hysteresis=1.0, for_ms=0, gap_ms=5 * MINUTE_MS)


def _minutes(values: Iterable[float], start: int = _START) -> list[tuple[int, float]]:
    return [(start + n * MINUTE_MS, value) for n, value in enumerate(values)]


def _crossings(threshold: Threshold, values: Iterable[float]) -> list[tuple[bool, int]]:
    """Return what happened, with the minute it happened in."""
    _, found = follow(threshold, Standing(), _minutes(values))
    return [(one.is_raised, (one.at - _START) // MINUTE_MS) for one in found]


def test_it_is_told_when_it_has_lasted() -> None:
    assert _crossings(_HOT, [29, *[31] * 11]) == [(True, 11)]


def test_a_minute_less_is_no_news() -> None:
    assert _crossings(_HOT, [29, *[31] * 10]) == []


def test_a_value_back_in_between_begins_the_count_anew() -> None:
    assert _crossings(_HOT, [*[31] * 9, 30, *[31] * 10]) == []


def test_the_limit_itself_is_not_beyond_it() -> None:
    assert _crossings(_HOT, [30.0] * 60) == []


def test_it_is_told_once_however_long_it_lasts() -> None:
    assert _crossings(_HOT, [31] * 600) == [(True, 10)]


def test_a_value_that_wavers_about_the_limit_is_told_once() -> None:
    assert _crossings(_HOT, [*[31] * 11, *[29.5, 31] * 50]) == [(True, 10)]


def test_it_is_over_when_the_value_is_back_by_the_hysteresis() -> None:
    assert _crossings(_HOT, [*[31] * 11, 29.1, 29.0]) == [(True, 10), (False, 12)]


def test_it_is_told_again_when_it_begins_again() -> None:
    once = [*[31.0] * 11, 29.0]
    assert _crossings(_HOT, once * 2) == [(True, 10), (False, 11), (True, 22), (False, 23)]


def test_below_a_limit_it_is_the_other_way_round() -> None:
    assert _crossings(_COLD, [5, 4.9, 5.9, 6]) == [(True, 1), (False, 3)]


def test_without_a_time_it_is_told_at_once() -> None:
    assert _crossings(_COLD, [4]) == [(True, 0)]


def test_a_gap_says_nothing_and_the_count_begins_anew() -> None:
    """The station was off for an hour: nobody knows what it would have measured."""
    readings = [*_minutes([31.0] * 5), *_minutes([31.0] * 9, _START + 60 * MINUTE_MS)]
    assert follow(_HOT, Standing(), readings)[1] == []


def test_a_gap_within_grace_does_not_matter() -> None:
    readings = [(_START + n * 5 * MINUTE_MS, 31.0) for n in range(3)]
    assert [one.is_raised for one in follow(_HOT, Standing(), readings)[1]] == [True]


def test_what_was_told_stays_told_over_a_gap() -> None:
    standing, _ = follow(_HOT, Standing(), _minutes([31.0] * 11))
    later = _minutes([31.0] * 20, _START + 120 * MINUTE_MS)
    assert follow(_HOT, standing, later)[1] == []


def test_its_end_says_how_long_it_was() -> None:
    _, crossings = follow(_HOT, Standing(), _minutes([29, *[31.0] * 30, 28]))
    assert crossings[-1] == Crossing(False, _START + 31 * MINUTE_MS, 28, _START + MINUTE_MS)


def test_readings_that_were_looked_at_count_once() -> None:
    readings = _minutes([*[31.0] * 11, 29.0])
    standing, _ = follow(_HOT, Standing(), readings)
    assert follow(_HOT, standing, readings) == (standing, [])


_VALUES = st.lists(st.sampled_from([28.5, 29.0, 29.5, 30.0, 30.5, 31.0]), max_size=80)
_CUTS = st.lists(st.integers(0, 80), max_size=6)


@given(_VALUES, _CUTS)
def test_when_the_watcher_looks_makes_no_difference(
    values: Sequence[float], cuts: Sequence[int]
) -> None:
    readings = _minutes(values)
    whole = follow(_HOT, Standing(), readings)
    standing, found = Standing(), []
    for begin, end in pairwise([0, *sorted(cuts), len(readings) + 80]):
        standing, more = follow(_HOT, standing, readings[begin:end])
        found += more
    assert (standing, found) == whole


@given(_VALUES)
@pytest.mark.parametrize("is_above", [True, False])
def test_beginnings_and_ends_take_turns(is_above: bool, values: Sequence[float]) -> None:
    threshold = Threshold(is_above, 30.0, 0.5, 2 * MINUTE_MS, 5 * MINUTE_MS)
    _, found = follow(threshold, Standing(), _minutes(values))
    assert [one.is_raised for one in found] == [n % 2 == 0 for n in range(len(found))]
