"""The adviser's verdict, minute by minute. Pure.

The state is a fold over what was known at each whole minute, so that a restart, or
replaying recorded days, comes to the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Self

from alerts.advice.terms import Terms
from alerts.advice.window import Window
from history.cooler import is_cooler
from readings.times import HOUR_MS, MINUTE_MS

# Without news from one side for so long the verdict is forgotten. Longer than any dwell.
FORGET_MS = 3 * HOUR_MS
# The house may cool so far below the comfort temperature before the windows are closed.
COMFORT_SPAN = 0.5
_TRAIL_MS = 10 * MINUTE_MS
_TRAIL_LENGTH = 7  # an hour back


class Observation(NamedTuple):
    """What is known at one time, in C. `recent_max`: outside, today and in the days before."""

    at: int
    inside: float | None
    outside: float | None
    recent_max: float | None = None


class State(NamedTuple):
    """Where the fold stands. Times in milliseconds; None: not since it began.

    `turned_at`: when outside last fell below inside, or rose above it. `trail`: by how much
    it was cooler outside (inside minus outside), every ten minutes of the last hour.
    """

    at: int = 0
    is_open: bool = False
    changed_at: int | None = None
    is_cooler: bool | None = None
    turned_at: int | None = None
    heard_at: int = 0
    inside: float | None = None
    outside: float | None = None
    recent_max: float | None = None
    trail: tuple[tuple[int, float], ...] = ()

    @property
    def difference(self) -> float | None:
        """Return by how much it is cooler outside; negative when it is warmer."""
        if self.inside is None or self.outside is None:
            return None
        return self.inside - self.outside

    @classmethod
    def restored(cls, stored: dict[str, Any]) -> Self:
        """Return what JSON kept of `_asdict()`."""
        trail = tuple((int(at), float(difference)) for at, difference in stored["trail"])
        return cls(**{**stored, "trail": trail})


def step(state: State, seen: Observation, terms: Terms) -> State:
    """Return the state after one more observation."""
    inside, outside = seen.inside, seen.outside
    if inside is None or outside is None:
        return _unheard(state, seen)
    cooler = is_cooler(inside, outside)
    turned_at = state.turned_at
    if cooler != state.is_cooler:
        turned_at = None if state.is_cooler is None else seen.at
    is_open, changed_at = state.is_open, state.changed_at
    if _judge(is_open, inside, outside, seen.recent_max, terms) != is_open and _may_change(
        state, seen.at, terms
    ):
        is_open, changed_at = not is_open, seen.at
    return State(
        seen.at,
        is_open,
        changed_at,
        cooler,
        turned_at,
        seen.at,
        inside,
        outside,
        seen.recent_max,
        _trail(state.trail, seen.at, inside - outside),
    )


def is_cold_season(outside: float, recent_max: float | None, terms: Terms) -> bool:
    """True when outside stayed too cold for days to think of cooling the house."""
    return max(outside, outside if recent_max is None else recent_max) < terms.season


def fold(
    state: State,
    windows: tuple[Window, Window],
    minutes: range,
    terms: Terms,
    recent_max: Callable[[int], float | None],
) -> Iterator[State]:
    """Yield the state of each minute; `minutes` in milliseconds, `windows` inside and outside."""
    inside, outside = windows
    for at in minutes:
        state = step(state, Observation(at, inside.at(at), outside.at(at), recent_max(at)), terms)
        yield state


def _judge(
    is_open: bool, inside: float, outside: float, recent_max: float | None, terms: Terms
) -> bool:
    """Return whether the windows should be open, by the temperatures alone."""
    difference = round(inside - outside, 6)  # 26.0 - 25.7 is 0.3, not a little more
    if is_open:
        return difference > terms.close_margin and inside >= terms.comfort - COMFORT_SPAN
    return (
        difference >= terms.open_margin
        and inside > terms.comfort
        and not is_cold_season(outside, recent_max, terms)
    )


def _may_change(state: State, at: int, terms: Terms) -> bool:
    return state.changed_at is None or at - state.changed_at >= terms.dwell_min * MINUTE_MS


def _unheard(state: State, seen: Observation) -> State:
    if seen.at - state.heard_at > FORGET_MS:
        changed_at = seen.at if state.is_open else state.changed_at
        return State(at=seen.at, changed_at=changed_at, heard_at=state.heard_at)
    return state._replace(at=seen.at, inside=None, outside=None, recent_max=seen.recent_max)


def _trail(
    trail: tuple[tuple[int, float], ...], at: int, difference: float
) -> tuple[tuple[int, float], ...]:
    if trail and at - trail[-1][0] < _TRAIL_MS:
        return trail
    return (*trail, (at, difference))[-_TRAIL_LENGTH:]
