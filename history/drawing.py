"""A chart as SVG path data, for whoever has no script and until it has run. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from history.buckets import Stretch
from history.cooler import Spell
from readings.display import LEAST_SPAN

WIDTH, HEIGHT = 600.0, 240.0
_LINES = 4


@dataclass(frozen=True, slots=True)
class Curve:
    """Path data of one sensor; the band runs from the least to the greatest values."""

    line: str
    band: str


@dataclass(frozen=True, slots=True)
class Level:
    """A horizontal line: its value, and how far down it is."""

    value: float
    y: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything within a `WIDTH` x `HEIGHT` view box."""

    curves: list[Curve]
    levels: list[Level]
    shades: list[tuple[float, float]]
    """Where it was cooler outside: how far right it begins, and how wide it is."""


class _Scale:
    def __init__(self, since: int, until: int, low: float, high: float) -> None:
        self._since, self._per_ms = since, WIDTH / (until - since)
        self.low, self.high = low, high
        self._per_unit = HEIGHT / (high - low)

    def x(self, at: float) -> float:
        return round(min(max((at - self._since) * self._per_ms, 0.0), WIDTH), 1)

    def y(self, value: float) -> float:
        return round(HEIGHT - (value - self.low) * self._per_unit, 1)


def draw(
    series: Sequence[tuple[Sequence[Stretch], int]],
    spells: Iterable[Spell],
    since: int,
    until: int,
) -> Drawing | None:
    """Draw several series, each its stretches and their width in ms; None: nothing measured."""
    lows = [one.low for stretches, _ in series for one in stretches if one.low is not None]
    highs = [one.high for stretches, _ in series for one in stretches if one.high is not None]
    if not lows:
        return None
    step = _step(max(max(highs) - min(lows), LEAST_SPAN) / _LINES)
    bottom, top = floor(min(lows) / step), ceil(max(highs) / step)
    top = max(top, bottom + 1)
    scale = _Scale(since, until, bottom * step, top * step)
    return Drawing(
        [_curve(stretches, width, scale) for stretches, width in series],
        [Level(n * step, scale.y(n * step)) for n in range(bottom, top + 1)],
        [(scale.x(s.since), round(scale.x(s.until) - scale.x(s.since), 1)) for s in spells],
    )


def _step(rough: float) -> float:
    """Return the next of 1, 2, 5, 10... times a power of ten."""
    power = 10.0 ** floor(log10(rough))
    return next(power * n for n in (1, 2, 5, 10) if power * n >= rough * 0.999)


def _curve(stretches: Sequence[Stretch], width_ms: int, scale: _Scale) -> Curve:
    runs = list(_runs(stretches))
    middle = width_ms / 2
    band = [_band(run, middle, scale) for run in runs] if width_ms else []
    return Curve(" ".join(_line(run, middle, scale) for run in runs), " ".join(band))


def _runs(stretches: Sequence[Stretch]) -> Iterable[list[Stretch]]:
    run: list[Stretch] = []
    for one in stretches:
        if one.mean is not None:
            run.append(one)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _line(run: Sequence[Stretch], middle: float, scale: _Scale) -> str:
    points = [f"{scale.x(p.at + middle)} {scale.y(p.mean)}" for p in run if p.mean is not None]
    if len(points) == 1:  # a dot: a line of no length with round ends
        return f"M{points[0]}h0.1"
    return "M" + "L".join(points)


def _band(run: Sequence[Stretch], middle: float, scale: _Scale) -> str:
    there = [f"{scale.x(p.at + middle)} {scale.y(p.high)}" for p in run if p.high is not None]
    low = [f"{scale.x(p.at + middle)} {scale.y(p.low)}" for p in run if p.low is not None]
    return "M" + "L".join([*there, *reversed(low)]) + "Z"
