"""Above or below a limit for so long, with hysteresis. Pure: readings in, changes out.

Judged by the readings themselves and when they were measured, not by when the watcher
looked: the same readings give the same alerts, also when a backlog arrives at once or the
watcher was down meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Threshold:
    is_above: bool
    limit: float
    hysteresis: float
    for_ms: int
    # Between readings further apart than this nobody knows what was: the count begins anew.
    gap_ms: int

    def is_beyond(self, value: float) -> bool:
        return value > self.limit if self.is_above else value < self.limit

    def is_back(self, value: float) -> bool:
        """True when a value is on the good side by the hysteresis."""
        if self.is_above:
            return value <= self.limit - self.hysteresis
        return value >= self.limit + self.hysteresis


@dataclass(frozen=True, slots=True)
class Standing:
    """`since` is the first reading of an unbroken stay beyond the limit, in milliseconds."""

    is_raised: bool = False
    since: int | None = None
    seen_until: int = 0


@dataclass(frozen=True, slots=True)
class Crossing:
    is_raised: bool
    at: int
    value: float
    since: int


def follow(
    threshold: Threshold, standing: Standing, readings: Iterable[tuple[int, float]]
) -> tuple[Standing, list[Crossing]]:
    """Take readings (measured_at, value), oldest first; return how it stands, and what happened."""
    crossings = []
    for at, value in readings:
        if at <= standing.seen_until:
            continue
        standing = _step(threshold, standing, at, value)
        if standing.is_raised and threshold.is_back(value):
            crossings.append(Crossing(False, at, value, standing.since or at))
            standing = replace(standing, is_raised=False, since=None)
        elif not standing.is_raised and _has_lasted(threshold, standing, at):
            crossings.append(Crossing(True, at, value, standing.since or at))
            standing = replace(standing, is_raised=True)
    return standing, crossings


def _step(threshold: Threshold, standing: Standing, at: int, value: float) -> Standing:
    if standing.is_raised:
        return replace(standing, seen_until=at)
    has_gap = at - standing.seen_until > threshold.gap_ms
    since = None if has_gap else standing.since
    since = (since or at) if threshold.is_beyond(value) else None
    return replace(standing, since=since, seen_until=at)


def _has_lasted(threshold: Threshold, standing: Standing, at: int) -> bool:
    return standing.since is not None and at - standing.since >= threshold.for_ms
