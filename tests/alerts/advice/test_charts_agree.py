"""The chart's shade and the adviser say the same of the same instant."""

from __future__ import annotations

import random

from alerts.advice.fold import Observation, State, step
from alerts.advice.terms import Terms
from history.cooler import Point, cooler_outside
from readings.times import MINUTE_MS

_MINUTES = 600
_START = 1_780_000_000_000 // MINUTE_MS * MINUTE_MS


def _weather(luck: random.Random) -> list[Point]:
    """A temperature around 22 C that changes now and then, and at times is not known."""
    points: list[Point] = []
    for minute in range(_MINUTES):
        value = 22 + luck.choice([-0.5, -0.25, 0.0, 0.25, 0.5])
        if luck.random() < 0.7:
            points.append((_START + minute * MINUTE_MS, None if luck.random() < 0.05 else value))
    return points


def test_at_every_minute() -> None:
    luck = random.Random(2140)
    inside, outside = _weather(luck), _weather(luck)
    end = _START + _MINUTES * MINUTE_MS
    spells = cooler_outside(inside, outside, end)
    held: dict[str, float | None] = {"in": None, "out": None}
    changes = {"in": dict(inside), "out": dict(outside)}
    state, known = State(), 0
    for at in range(_START, end, MINUTE_MS):
        for side, points in changes.items():
            held[side] = points.get(at, held[side])
        state = step(state, Observation(at, held["in"], held["out"]), Terms())
        is_shaded = any(one.since <= at < one.until for one in spells)
        if state.difference is not None and state.heard_at == at:
            known += 1
            assert is_shaded == state.is_cooler
        else:
            assert not is_shaded
    assert known > _MINUTES / 2
    assert len(spells) > 5
