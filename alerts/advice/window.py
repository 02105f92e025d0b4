"""What was known of a sensor at any minute. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from operator import itemgetter
from typing import NamedTuple

from readings.times import MINUTE_MS

_STEADY_MS = 5 * MINUTE_MS
_LEAST = 3


class Seen(NamedTuple):
    """One reading, no outlier. Times in milliseconds: back-filled, it was known later."""

    measured_at: int
    known_at: int
    celsius: float


class Window:
    """The last readings of one sensor; asked for one minute after the other.

    A reading that came late counts from when it came: the past does not change by it.
    """

    def __init__(self, readings: Iterable[Seen], fresh_ms: int) -> None:
        """Older than `fresh_ms`, a reading tells nothing of now."""
        self._coming = sorted(readings, key=itemgetter(1), reverse=True)
        self._fresh_ms = fresh_ms
        self._times: list[int] = []
        self._values: list[float] = []

    def at(self, at: int) -> float | None:
        """Return the steady value at a time, in milliseconds; None when nothing fresh is known.

        It is the median of the last five minutes, or of the last three readings where a
        board posts less often: one wild value does not move it.
        """
        coming, times, values = self._coming, self._times, self._values
        while coming and coming[-1][1] <= at:
            measured_at, _, celsius = coming.pop()
            place = bisect_right(times, measured_at)
            times.insert(place, measured_at)
            values.insert(place, celsius)
        old = bisect_left(times, at - self._fresh_ms)
        if old:
            del times[:old], values[:old]
        if not values:
            return None
        last = values[bisect_right(times, at - _STEADY_MS) :]
        if len(last) < _LEAST:
            last = values[-_LEAST:]
        last.sort()
        middle = len(last) // 2
        return last[middle] if len(last) % 2 else (last[middle - 1] + last[middle]) / 2
