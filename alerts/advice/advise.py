"""From what is known to what to do. Pure: no clock, no database, no language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from alerts.advice.fold import Observation, State, is_cold_season, step
from alerts.advice.forecast import Outlook
from alerts.advice.terms import Terms
from readings.times import HOUR_MS, MINUTE_MS

Kind = Literal[
    "open",  # it is cooler outside: let it in
    "close",  # it was, until a moment ago
    "wait",  # it is warmer outside
    "nearly",  # it is cooler outside, but not by enough
    "settling",  # it is, by enough, but the last change was a moment ago
    "cooled",  # the house has become cool enough a moment ago
    "comfortable",  # no need to cool
    "cold",  # outside it has been too cold for days to think of cooling
    "clock",  # what time it is cannot be said
    "inside unknown",
    "outside unknown",
]
_IS_OPEN: dict[Kind, bool | None] = {
    "open": True,
    **dict.fromkeys(("close", "wait", "nearly", "settling", "cooled", "comfortable"), False),
}

# A state this old was not kept by anybody: the watcher does not run.
_KEPT_MS = 5 * MINUTE_MS
_OUTLOOK_MS = HOUR_MS // 2
_JUST_MS = HOUR_MS


@dataclass(frozen=True, slots=True)
class Side:
    """One sensor as it is known now. `celsius` may be stale: ask `value`."""

    name: str
    celsius: float | None
    measured_at: int | None
    fresh_ms: int
    quiet_s: float | None = None
    is_silent: bool = False

    def value(self, now: int) -> float | None:
        """Return what it is now; None when the newest value tells nothing of now."""
        if self.is_silent or self.measured_at is None or now - self.measured_at > self.fresh_ms:
            return None
        return self.celsius


@dataclass(frozen=True, slots=True)
class Known:
    """All that advice is made of. `errors`: see `skill`; `outlook`: the newest forecast."""

    inside: Side
    outside: Side
    recent_max: float | None = None
    outlook: Outlook | None = None
    errors: Sequence[tuple[int, int]] = ()


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do, and what it rests on. Times in milliseconds, temperatures in C.

    `is_open`: True, open the windows; False, keep them closed; None, no advice.
    `difference` is by how much it is cooler outside by the newest values, those that the
    cards show; `steady` the same by the medians that decided. `error_min` is how wrong
    two of three forecasts were at most, where that is known.
    """

    kind: Kind
    known: Known
    terms: Terms
    state: State
    difference: float | None = None
    expected_at: int | None = None
    error_min: int | None = None

    @property
    def is_open(self) -> bool | None:
        return _IS_OPEN.get(self.kind)

    @property
    def since(self) -> int | None:
        """When outside fell below inside, or rose above it."""
        return self.state.turned_at

    @property
    def steady(self) -> float | None:
        return self.state.difference


def advise(known: Known, terms: Terms, previous: State | None, now: int) -> Advice:
    """Return the advice for now, from the state the fold has come to."""
    inside, outside = known.inside.value(now), known.outside.value(now)
    if outside is None:
        return Advice("outside unknown", known, terms, previous or State())
    if inside is None:
        return Advice("inside unknown", known, terms, previous or State())
    state = previous
    if state is None or not 0 <= now - state.at <= _KEPT_MS or state.difference is None:
        state = step(State(), Observation(now, inside, outside, known.recent_max), terms)
    kind = _kind(state, terms, now)
    difference = inside - outside
    if kind != "wait":
        return Advice(kind, known, terms, state, difference)
    expected_at = _expected(known.outlook, now)
    error_min = _error(known.errors, expected_at - now) if expected_at is not None else None
    return Advice(kind, known, terms, state, difference, expected_at, error_min)


def is_waited_for(state: State, terms: Terms) -> bool:
    """True while a forecast of when outside falls below inside is of use."""
    difference = state.difference
    return difference is not None and difference < 0 and (state.outside or 0) > terms.comfort


def usable(outlook: Outlook | None, now: int) -> Outlook | None:
    """Return a forecast that is recent enough to be told."""
    return outlook if outlook and 0 <= now - outlook.made_at <= _OUTLOOK_MS else None


def _kind(state: State, terms: Terms, now: int) -> Kind:
    if state.is_open:
        return "open"
    inside, outside = state.inside or 0.0, state.outside or 0.0
    has_just_closed = state.changed_at is not None and now - state.changed_at < _JUST_MS
    if is_waited_for(state, terms):
        return "close" if has_just_closed else "wait"
    if is_cold_season(outside, state.recent_max, terms):
        return "cold"
    if inside <= terms.comfort:
        return "cooled" if has_just_closed else "comfortable"
    if inside - outside >= terms.open_margin:
        return "settling"
    return "close" if has_just_closed else "nearly"


def _expected(outlook: Outlook | None, now: int) -> int | None:
    outlook = usable(outlook, now)
    if outlook is None or outlook.expected_at is None:
        return None
    return max(outlook.expected_at, now)


def _error(errors: Sequence[tuple[int, int]], ahead_ms: int) -> int | None:
    """Return the error of forecasts made this long before."""
    return next((error for lead_min, error in errors if ahead_ms <= lead_min * MINUTE_MS), None)
