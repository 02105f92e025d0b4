"""Into which stretches of time a chart is cut, and from which table. Pure.

Buckets are whole: the first may begin before what was asked for, the last end after it.
Those of readings and hours lie on UTC's clock, those of days between local midnights.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import tzinfo
from functools import lru_cache
from typing import Literal, NamedTuple

from readings.times import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, day_of, day_start_ms

Source = Literal["raw", "hour", "day"]

_SECONDS = (1, 2, 5, 10, 15, 20, 30)
_MINUTES = (1, 2, 3, 5, 10, 15, 20, 30)
_RAW_STEPS = [n * SECOND_MS for n in _SECONDS] + [n * MINUTE_MS for n in _MINUTES]
_HOUR_STEPS = (1, 2, 3, 4, 6, 8, 12)
_midnight = lru_cache(maxsize=8_192)(day_start_ms)  # a year of days took 1.4 ms


class Plan(NamedTuple):
    """Buckets `first` up to `end`, each `step` wide: milliseconds of readings, else periods."""

    source: Source
    step: int
    first: int
    end: int
    zone: tzinfo

    @property
    def width_ms(self) -> int:
        """How long a bucket is; a day counts 24 hours here, whatever the clocks do."""
        return self.step * {"raw": 1, "hour": HOUR_MS, "day": DAY_MS}[self.source]

    def start_ms(self, bucket: int) -> int:
        """Return when a bucket begins."""
        if self.source == "day":
            return _midnight(bucket * self.step, self.zone)
        return bucket * self.width_ms


class Stretch(NamedTuple):
    """What was measured in a bucket, or one reading; all None but `at` in a gap.

    `at` is the bucket's begin in milliseconds. `n` counts readings, `late` those back-filled, None
    where summaries do not tell.
    """

    at: int
    low: float | None = None
    mean: float | None = None
    high: float | None = None
    n: int | None = None
    late: int | None = None


def plan(since: int, until: int, points: int, zone: tzinfo, *, has_raw: bool) -> Plan:
    """Return at most `points` buckets, from the coarsest table that still gives half as many."""
    days = day_of(until - 1, zone) + 1 - day_of(since, zone)
    if days * 2 >= points:
        return _of_days(since, until, points, zone)
    if (until - since) * 2 >= points * HOUR_MS or not has_raw:
        for hours in _HOUR_STEPS:
            found = _even("hour", hours, HOUR_MS, since, until, zone)
            if found.end - found.first <= points:
                return found
        return _of_days(since, until, points, zone)
    return _of_readings(since, until, points, zone)


def _of_readings(since: int, until: int, points: int, zone: tzinfo) -> Plan:
    steps = (_even("raw", step, 1, since, until, zone) for step in _RAW_STEPS)
    fitting = (one for one in steps if one.end - one.first <= points)
    return next(fitting, _even("hour", 1, HOUR_MS, since, until, zone))


def _of_days(since: int, until: int, points: int, zone: tzinfo) -> Plan:
    first, last = day_of(since, zone), day_of(until - 1, zone)
    step = max(1, -(-(last - first) // max(points - 1, 1)))
    return Plan("day", step, first // step, last // step + 1, zone)


def _even(source: Source, step: int, unit_ms: int, since: int, until: int, zone: tzinfo) -> Plan:
    width = step * unit_ms
    return Plan(source, step, since // width, -(-until // width), zone)


def with_gaps(
    stretches: Iterable[tuple[Stretch, int]], limit_ms: int, until: int
) -> Iterator[Stretch]:
    """Put an empty stretch where nothing was heard for longer than the silence limit.

    Stretches come with their end; a reading ends when it begins. The empty one stands where
    a station fell silent: the limit after a reading, else at the first bucket missing.
    """
    silent_at: int | None = None
    end = until
    for one, one_end in stretches:
        if silent_at is not None and one.at - end > limit_ms:
            yield Stretch(silent_at)
        yield one
        end = one_end
        silent_at = end + limit_ms if end == one.at else end
    if silent_at is not None and until - end > limit_ms:
        yield Stretch(silent_at)
