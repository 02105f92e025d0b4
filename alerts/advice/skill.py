"""How right the forecasts were, told only once it can be. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from alerts.advice.fold import State
from alerts.advice.forecast import HORIZON_MS
from readings.times import DAY_MS, HOUR_MS, MINUTE_MS

OVER_DAYS = 14
_LEAST_DAYS = 5
# Forecasts are judged among those made as long before: the nearer, the better.
_LEADS_MIN = (90, 180, 360, HORIZON_MS // MINUTE_MS)
_STEP_MIN = 5
# A cooler spell counts from here on; what only brushes zero was no turn.
_SURE = 0.5


class Said(NamedTuple):
    """A forecast and what came of it, in milliseconds; None: not within the horizon."""

    made_at: int
    expected_at: int | None
    came_at: int | None = None


def judge(waiting: Iterable[Said], state: State) -> tuple[list[Said], list[Said]]:
    """Return the forecasts that are still open, and those that a state decides."""
    difference, turned_at = state.difference, state.turned_at
    has_come = difference is not None and difference >= _SURE and turned_at is not None
    still, judged = [], []
    for said in waiting:
        if has_come and turned_at is not None and said.made_at < turned_at:
            judged.append(said._replace(came_at=turned_at))
        elif state.at - said.made_at > HORIZON_MS + HOUR_MS:
            judged.append(said)
        else:
            still.append(said)
    return still, judged


def accuracy(judged: Sequence[Said]) -> list[tuple[int, int]]:
    """Return pairs of minutes: for forecasts made up to the first ahead, two of three were
    wrong by the second at most. Too few days give none.
    """
    found = []
    shortest = 0
    for lead_min in _LEADS_MIN:
        errors, days = [], set()
        for said in judged:
            about = said.came_at if said.expected_at is None else said.expected_at
            if about is None:
                continue  # none was expected, and none came
            if shortest < (about - said.made_at) / MINUTE_MS <= lead_min:
                errors.append(_error_min(said))
                days.add(said.made_at // DAY_MS)
        shortest = lead_min
        if len(days) >= _LEAST_DAYS:
            errors.sort()
            two_of_three = errors[-(-2 * len(errors) // 3) - 1]
            if two_of_three < HORIZON_MS / MINUTE_MS:  # else: no figure, it is no use
                found.append((lead_min, max(_STEP_MIN, _rounded_up(two_of_three))))
    return found


def _error_min(said: Said) -> float:
    if said.expected_at is None or said.came_at is None:
        return float("inf")
    return abs(said.expected_at - said.came_at) / MINUTE_MS


def _rounded_up(minutes: float) -> int:
    return -(-int(-(-minutes // 1)) // _STEP_MIN) * _STEP_MIN
