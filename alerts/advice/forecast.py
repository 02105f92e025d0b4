"""When will outside fall below inside? Pure.

Two things are known: how the difference ran at the same hours of the last days, and where
it stands and how fast it changes now. The forecast follows the days before, moved to where
today stands and bent to how it moves now; both fade, as today's peculiarities do.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from readings.times import DAY_MS, HOUR_MS, MINUTE_MS

HORIZON_MS = 18 * HOUR_MS
DAYS = 5
_GRID_MS = 10 * MINUTE_MS
_LEVEL_FADES_H = 12.0
_SLOPE_FADES_H = 0.5
_SHORTEST_TRAIL_MS = 30 * MINUTE_MS
_LOOK_BACK_MS = HOUR_MS + _GRID_MS

Trail = Sequence[tuple[int, float]]


class Outlook(NamedTuple):
    """`expected_at`: None when it is not expected within `HORIZON_MS`. `slope`: in C per hour.

    `days` is how many days before it was learned from.
    """

    made_at: int
    expected_at: int | None
    days: int
    slope: float


def outlook(at: int, difference: float, trail: Trail, hours: Mapping[int, float]) -> Outlook | None:
    """Forecast from a difference (inside minus outside, in C) at a time and its trail.

    `hours` holds the mean difference of past hours, counted since 1970; None when they
    tell of no day before.
    """
    days = [day for day in range(1, DAYS + 1) if _mean_at(hours, at - day * DAY_MS) is not None]
    usual_now = _usual(hours, at, days)
    if usual_now is None:
        return None
    level, slope = _line(at, difference, trail)
    before = _usual(hours, at - HOUR_MS, days)
    bend = slope - (usual_now - before) if slope is not None and before is not None else 0.0
    found = _first_turn(at, hours, days, level - usual_now, bend)
    return Outlook(at, found, len(days), slope or 0.0)


def _first_turn(
    at: int, hours: Mapping[int, float], days: Sequence[int], level: float, bend: float
) -> int | None:
    """Return when the difference first rises above zero within the horizon."""
    last_ms, last = 0, -1.0
    for ahead_ms in range(0, HORIZON_MS + 1, _GRID_MS):
        usual = _usual(hours, at + ahead_ms, days)
        if usual is None:
            continue
        ahead_h = ahead_ms / HOUR_MS
        value = usual + level * math.exp(-ahead_h / _LEVEL_FADES_H)
        value += bend * ahead_h * math.exp(-ahead_h / _SLOPE_FADES_H)
        if value > 0:
            part = last / (last - value) if last < 0 else 0.0
            return at + round(last_ms + part * (ahead_ms - last_ms))
        last_ms, last = ahead_ms, value
    return None


def _usual(hours: Mapping[int, float], at: int, days: Sequence[int]) -> float | None:
    """Return the mean of the days before at this time of day, recent ones counting more."""
    total = weights = 0.0
    for day in days:
        value = _mean_at(hours, at - day * DAY_MS)
        if value is not None:
            weight = 1 / day
            total += weight * value
            weights += weight
    return total / weights if weights else None


def _mean_at(hours: Mapping[int, float], at: int) -> float | None:
    """Return the difference at a past time, drawn between the middles of two hours."""
    hour, past = divmod(at - HOUR_MS // 2, HOUR_MS)
    start, end = hours.get(hour), hours.get(hour + 1)
    if start is None or end is None:
        return None
    return start + (end - start) * past / HOUR_MS


def _line(at: int, difference: float, trail: Trail) -> tuple[float, float | None]:
    """Return where the difference stands and its change per hour, by a line through an hour.

    A single minute says little: gusts and clouds move the air by half a degree.
    """
    points = [((then - at) / HOUR_MS, value) for then, value in trail if at - then <= _LOOK_BACK_MS]
    if not points or -points[0][0] * HOUR_MS < _SHORTEST_TRAIL_MS:
        return difference, None
    points.append((0.0, difference))
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / spread
    return mean_y - slope * mean_x, slope
