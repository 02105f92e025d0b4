"""A year replayed: what was advised, what was forecast, and how both compare with the truth."""

from __future__ import annotations

from typing import NamedTuple

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

TERMS = Terms()
_FRESH_MS = 5 * MINUTE_MS


class Change(NamedTuple):
    """`heard_since`: since when both sides had been heard of without a break."""

    at: int
    is_open: bool
    heard_since: int


class Replay(NamedTuple):
    year: Year
    truth: Truth
    changes: list[Change]
    judged: list[Said]

    @property
    def opened(self) -> list[Change]:
        return [change for change in self.changes if change.is_open]


def replay_year(seed: int) -> Replay:
    year = make_year(seed)
    hours = hourly_differences(year)
    windows = Window(year.inside, _FRESH_MS), Window(year.outside, _FRESH_MS)
    minutes = range(START_MS, START_MS + DAYS * DAY_MS, MINUTE_MS)
    before, heard_since = State(at=START_MS), START_MS
    changes: list[Change] = []
    waiting: list[Said] = []
    judged: list[Said] = []
    for state in fold(before, windows, minutes, TERMS, year.recent_max):
        if state.inside is None:
            heard_since = state.at + MINUTE_MS
        if state.is_open != before.is_open:
            changes.append(Change(state.at, state.is_open, heard_since))
        if waiting:
            waiting, done = skill.judge(waiting, state)
            judged += done
        if state.at % HOUR_MS == 0 and state.difference and is_waited_for(state, TERMS):
            found = outlook(state.at, state.difference, state.trail, hours)
            waiting += [Said(found.made_at, found.expected_at)] if found else []
        before = state
    return Replay(year, Truth(year), changes, judged)


def late_minutes(replay: Replay) -> list[float]:
    """Return how many minutes after the smoothed truth each call to open came; early is 0.

    What no reading told cannot be known, so silence does not count.
    """
    found = []
    for change in replay.opened:
        if change.at < START_MS + DAY_MS:
            continue  # nothing is known of the season yet
        wanted_since = replay.truth.wanted_since(change.at, TERMS)
        since = max(wanted_since or change.at, change.heard_since)
        found.append((change.at - since) / MINUTE_MS)
    return sorted(found)


def errors_by_lead(replay: Replay, *lead_hours: int) -> dict[int, list[float]]:
    """Return the errors in minutes of forecasts made up to so many hours ahead, sorted."""
    found: dict[int, list[float]] = {lead: [] for lead in lead_hours}
    for said in replay.judged:
        if said.expected_at is not None and said.came_at is not None:
            ahead_h = (said.expected_at - said.made_at) / HOUR_MS
            lead = next(lead for lead in lead_hours if ahead_h <= lead)
            found[lead].append(abs(said.expected_at - said.came_at) / MINUTE_MS)
    return {lead: sorted(errors) for lead, errors in found.items()}
