"""The last 24 hours as an SVG path. Pure: summaries in, path data out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from readings.display import LEAST_SPAN

WIDTH, HEIGHT = 240.0, 56.0
HOURS = 24
_PADDING = 4.0


@dataclass(frozen=True, slots=True)
class Point:
    """One hour: how many hours before now, and its mean, least and greatest value."""

    hours_ago: float
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Sparkline:
    """Path data for a `WIDTH` x `HEIGHT` view box, and the range they show."""

    line: str
    band: str
    end_x: float
    end_y: float
    low: float
    high: float


def sparkline(points: Sequence[Point]) -> Sparkline | None:
    """Draw points ordered from oldest to newest; an hour without any is a gap."""
    if not points:
        return None
    low, high = min(p.low for p in points), max(p.high for p in points)
    scale = _Scale(low, high)
    runs = _runs(points)
    return Sparkline(
        line=" ".join(_line(run, scale) for run in runs),
        band=" ".join(_band(run, scale) for run in runs),
        end_x=scale.x(points[-1]),
        end_y=scale.y(points[-1].mean),
        low=low,
        high=high,
    )


class _Scale:
    def __init__(self, low: float, high: float) -> None:
        span = max(high - low, LEAST_SPAN)
        self._bottom = (low + high - span) / 2
        self._per_unit = (HEIGHT - 2 * _PADDING) / span

    def x(self, point: Point) -> float:
        return round(WIDTH - _PADDING - point.hours_ago / HOURS * (WIDTH - 2 * _PADDING), 1)

    def y(self, value: float) -> float:
        return round(HEIGHT - _PADDING - (value - self._bottom) * self._per_unit, 1)


def _runs(points: Sequence[Point]) -> list[list[Point]]:
    """Split points where more than an hour and a half lies between two of them."""
    runs = [[points[0]]]
    for before, point in pairwise(points):
        if before.hours_ago - point.hours_ago > 1.5:
            runs.append([])
        runs[-1].append(point)
    return runs


def _line(run: Sequence[Point], scale: _Scale) -> str:
    if len(run) == 1:  # a dot: a line of no length with round ends
        return f"M{scale.x(run[0])} {scale.y(run[0].mean)}h0.1"
    return "M" + "L".join(f"{scale.x(p)} {scale.y(p.mean)}" for p in run)


def _band(run: Sequence[Point], scale: _Scale) -> str:
    there = [f"{scale.x(p)} {scale.y(p.high)}" for p in run]
    back = [f"{scale.x(p)} {scale.y(p.low)}" for p in reversed(run)]
    return "M" + "L".join(there + back) + "Z"
