"""A year at one reading a minute, replayed: no flaps, no late calls, forecasts that hold."""

from __future__ import annotations

from itertools import pairwise
from statistics import median

import pytest

from alerts.advice import skill
from readings.times import DAY_MS, HOUR_MS, MINUTE_MS
from tests.alerts.advice.replay import (
    TERMS,
    Replay,
    errors_by_lead,
    late_minutes,
    replay_year,
)
from tests.alerts.advice.year import DAYS, START_MS

# One replay serves every test here, so they run in one process.
pytestmark = pytest.mark.xdist_group("a year of advice")


@pytest.fixture(scope="module")
def replay() -> Replay:
    return replay_year(seed=1959)


def test_the_year_has_heat_waves_noise_gaps_and_wild_values(replay: Replay) -> None:
    year = replay.year
    assert max(year.true_outside) > 33 and max(year.true_inside) > 28
    assert len(year.outside) < DAYS * 1_440 - 1_000
    assert sum(seen.known_at - seen.measured_at > HOUR_MS for seen in year.outside) > 200
    assert sum(abs(seen.celsius) > 45 for seen in year.outside) > 20
    assert 40 <= len(replay.truth.turns) <= 150


def test_no_change_is_undone_within_the_dwell(replay: Replay) -> None:
    flaps = [b for a, b in pairwise(replay.changes) if b.at - a.at < TERMS.dwell_min * MINUTE_MS]
    assert flaps == []


def test_changes_are_few(replay: Replay) -> None:
    by_day: dict[int, int] = {}
    for change in replay.changes:
        day = (change.at - START_MS) // DAY_MS
        by_day[day] = by_day.get(day, 0) + 1
    assert 100 <= len(replay.changes) <= 250
    assert max(by_day.values()) <= 6


def test_every_evening_that_cools_a_warm_house_is_told(replay: Replay) -> None:
    worth = [turn for turn in replay.truth.turns if replay.truth.is_worth_opening(turn, TERMS)]
    missed = [
        turn
        for turn in worth
        if not any(turn - HOUR_MS <= one.at <= turn + 8 * HOUR_MS for one in replay.opened)
    ]
    assert len(worth) > 30
    assert missed == []


def test_no_call_to_open_is_late(replay: Replay) -> None:
    late = late_minutes(replay)
    assert len(late) > 40
    assert median(late) <= 5
    assert late[-1] <= 30


def test_a_wild_value_opens_no_window(replay: Replay) -> None:
    for change in replay.opened:
        inside, outside = replay.truth.at(change.at)
        assert inside - outside > TERMS.open_margin - 0.7


def test_forecasts_hold_in_the_median(replay: Replay) -> None:
    errors = errors_by_lead(replay, 3, 18)
    assert min(map(len, errors.values())) > 50
    assert median(errors[3]) <= 35
    assert median(errors[18]) <= 45


def test_few_forecasts_come_to_nothing(replay: Replay) -> None:
    vain = [s for s in replay.judged if s.expected_at is not None and s.came_at is None]
    missed = [s for s in replay.judged if s.expected_at is None and s.came_at is not None]
    assert len(vain) + len(missed) <= len(replay.judged) * 0.06


def test_the_stated_error_is_true_of_the_forecasts_that_follow(replay: Replay) -> None:
    """Two of three, as the sentence promises: told before, and looked at afterwards."""
    kept = told = 0
    for said in replay.judged:
        if said.expected_at is None or said.came_at is None:
            continue
        known = [
            one
            for one in replay.judged
            if said.made_at - skill.OVER_DAYS * DAY_MS <= one.made_at < said.made_at - DAY_MS
        ]
        ahead_min = (said.expected_at - said.made_at) / MINUTE_MS
        error_min = next((e for lead, e in skill.accuracy(known) if ahead_min <= lead), None)
        if error_min is not None:
            told += 1
            kept += abs(said.expected_at - said.came_at) <= error_min * MINUTE_MS
    assert told > 100
    assert kept / told >= 0.55
