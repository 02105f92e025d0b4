"""What new readings add to the summaries of their hours and days. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import NamedTuple

from readings.store import DigestColumns, Row, are_of_one_each
from readings.times import DayFinder, hour_bounds, hour_of

Newest = tuple[int, float]  # time and value of the newest of some readings
_Bounds = Callable[[int], tuple[int, int, int]]  # of a time: start, end, and number of its period

_BY_TIME = itemgetter(1)


class Digested(NamedTuple):
    """What readings add to their hours and days, and by sensor the newest of them."""

    hours: list[DigestColumns]
    days: list[DigestColumns]
    newest: dict[int, Newest]


def digested(rows: Sequence[Row], day_of: DayFinder) -> Digested:
    """Return what readings come to by hour and by day, and the newest of each sensor."""
    if are_of_one_each(rows):  # mostly so when boards post, and twice as fast
        return _of_singles(rows, day_of)
    groups: dict[int, list[Row]] = {}
    for row in rows:
        groups.setdefault(row[0], []).append(row)
    hours, days, newest = _of_singles([own[0] for own in groups.values() if len(own) == 1], day_of)
    for sensor_id, own in groups.items():
        if len(own) > 1:
            own.sort(key=_BY_TIME)
            times, values = [row[1] for row in own], [row[2] for row in own]
            hours += _digests(sensor_id, times, values, hour_bounds)
            days += _digests(sensor_id, times, values, day_of.bounds)
            newest[sensor_id] = own[-1][1:3]
    return Digested(hours, days, newest)


def _of_singles(rows: Sequence[Row], day_of: DayFinder) -> Digested:
    hours = [_of_one(row, hour_of(row[1])) for row in rows]
    days = [_of_one(row, day_of(row[1])) for row in rows]
    return Digested(hours, days, {row[0]: row[1:3] for row in rows})


def _of_one(row: Row, period: int) -> DigestColumns:
    sensor_id, at, value, _, _ = row
    return sensor_id, period, 1, value, value, value, at, at


def _digests(
    sensor_id: int, times: Sequence[int], values: Sequence[float], bounds: _Bounds
) -> Iterable[DigestColumns]:
    """Yield one digest for each period: a look for its end in place of one at each reading.

    Times are in their order, values theirs.
    """
    start = 0
    while start < len(times):
        _, end_ms, period = bounds(times[start])
        end = bisect_left(times, end_ms, start)
        yield _summed(sensor_id, period, times[start:end], values[start:end])
        start = end


def _summed(
    sensor_id: int, period: int, times: Sequence[int], values: Sequence[float]
) -> DigestColumns:
    least, greatest = min(values), max(values)
    # Of equal extremes the earliest is named, whatever order they arrive in.
    min_at, max_at = times[values.index(least)], times[values.index(greatest)]
    return sensor_id, period, len(values), sum(values), least, greatest, min_at, max_at
