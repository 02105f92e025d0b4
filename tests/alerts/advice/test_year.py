"""A year at one reading a minute, replayed: no flaps, no late calls, forecasts that hold."""

from __future__ import annotations

from itertools import pairwise
from statistics import median
from typing import NamedTuple

import pytest

from alerts.advice import skill
from alerts.advice.advise import is_waited_for
from alerts.advice.fold import State, fold
from alerts.advice.forecast import outlook
from alerts.advice.skill import Said
from alerts.advice.terms import Terms
from alerts.advice.window import Window
from readings.times import DAY_MS, HOUR_MS, MINUTE_MS
from tests.alerts.advice.year import (
    DAYS,
    START_MS,
    Truth,
    Year,
    hourly_differences,
    make_year,
)

# One replay serves every test here, so they run in one process.
pytestmark = pytest.mark.xdist_group("a year of advice")

_TERMS = Terms()
_FRESH_MS = 5 * MINUTE_MS


class Change(NamedTuple):
    """`heard_since`: since when both sides had been heard of without a break."""

    at: int
    is_open: bool
    state: State
    heard_since: int


class Replay(NamedTuple):
    year: Year
    truth: Truth
    changes: list[Change]
    judged: list[Said]

    @property
    def opened(self) -> list[Change]:
        return [change for change in self.changes if change.is_open]


@pytest.fixture(scope="module")
def replay() -> Replay:
    year = make_year(seed=1959)
    hours = hourly_differences(year)
    windows = Window(year.inside, _FRESH_MS), Window(year.outside, _FRESH_MS)
    minutes = range(START_MS, START_MS + DAYS * DAY_MS, MINUTE_MS)
    before, heard_since = State(at=START_MS), START_MS
    changes: list[Change] = []
    waiting: list[Said] = []
    judged: list[Said] = []
    for state in fold(before, windows, minutes, _TERMS, year.recent_max):
        if state.inside is None:
            heard_since = state.at + MINUTE_MS
        if state.is_open != before.is_open:
            changes.append(Change(state.at, state.is_open, state, heard_since))
        if waiting:
            waiting, done = skill.judge(waiting, state)
            judged += done
        if state.at % HOUR_MS == 0 and is_waited_for(state, _TERMS):
            assert state.difference is not None
            found = outlook(state.at, state.difference, state.trail, hours)
            waiting += [Said(found.made_at, found.expected_at)] if found else []
        before = state
    return Replay(year, Truth(year), changes, judged)


def _late_min(replay: Replay) -> list[float]:
    """Return how many minutes after the smoothed truth each call to open came; early is 0.

    What no reading told cannot be known, so silence does not count.
    """
    found = []
    for change in replay.opened:
        wanted_since = replay.truth.wanted_since(change.at, _TERMS)
        if change.at < START_MS + DAY_MS:
            continue  # nothing is known of the season yet
        since = max(wanted_since or change.at, change.heard_since)
        found.append((change.at - since) / MINUTE_MS)
    return sorted(found)


def test_the_year_has_heat_waves_noise_gaps_and_wild_values(replay: Replay) -> None:
    year = replay.year
    assert max(year.true_outside) > 33 and max(year.true_inside) > 28
    assert len(year.outside) < DAYS * 1_440 - 1_000
    assert sum(seen.known_at - seen.measured_at > HOUR_MS for seen in year.outside) > 200
    assert sum(abs(seen.celsius) > 45 for seen in year.outside) > 20
    assert 40 <= len(replay.truth.turns) <= 150


def test_no_change_is_undone_within_the_dwell(replay: Replay) -> None:
    flaps = [b for a, b in pairwise(replay.changes) if b.at - a.at < _TERMS.dwell_min * MINUTE_MS]
    assert flaps == []


def test_changes_are_few(replay: Replay) -> None:
    by_day: dict[int, int] = {}
    for change in replay.changes:
        day = (change.at - START_MS) // DAY_MS
        by_day[day] = by_day.get(day, 0) + 1
    assert 100 <= len(replay.changes) <= 250
    assert max(by_day.values()) <= 6


def test_every_evening_that_cools_a_warm_house_is_told(replay: Replay) -> None:
    missed = [
        turn
        for turn in replay.truth.turns
        if replay.truth.is_worth_opening(turn, _TERMS)
        and not any(turn - HOUR_MS <= change.at <= turn + 8 * HOUR_MS for change in replay.opened)
    ]
    assert missed == []


def test_no_call_to_open_is_late(replay: Replay) -> None:
    late = _late_min(replay)
    assert len(late) > 40
    assert median(late) <= 5
    assert late[-1] <= 30


def test_a_wild_value_opens_no_window(replay: Replay) -> None:
    for change in replay.opened:
        inside, outside = replay.truth.at(change.at)
        assert inside - outside > _TERMS.open_margin - 0.7


def test_forecasts_hold_in_the_median(replay: Replay) -> None:
    errors = {"near": [], "far": []}  # type: dict[str, list[float]]
    for said in replay.judged:
        if said.expected_at is not None and said.came_at is not None:
            is_near = said.expected_at - said.made_at <= 3 * HOUR_MS
            error = abs(said.expected_at - said.came_at) / MINUTE_MS
            errors["near" if is_near else "far"].append(error)
    assert min(map(len, errors.values())) > 50
    assert median(errors["near"]) <= 35
    assert median(errors["far"]) <= 45


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
