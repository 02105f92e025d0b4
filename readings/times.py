"""Time as the database keeps it: whole milliseconds since 1970 in UTC. Pure."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, tzinfo
from datetime import time as clock_time
from functools import lru_cache
from zoneinfo import ZoneInfo

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def to_ms(moment: datetime) -> int:
    """Return an aware datetime as milliseconds since the epoch."""
    return round(moment.timestamp() * 1_000)


def from_ms(ms: int) -> datetime:
    """Return milliseconds since the epoch as an aware datetime in UTC."""
    return datetime.fromtimestamp(ms / 1_000, UTC)


def hour_of(ms: int) -> int:
    """Return the number of the UTC hour since the epoch that `ms` falls in."""
    return ms // HOUR_MS


def hour_bounds(ms: int) -> tuple[int, int, int]:
    """Return the start, the end and the number of the UTC hour that `ms` falls in."""
    hour = hour_of(ms)
    return hour * HOUR_MS, (hour + 1) * HOUR_MS, hour


def day_of(ms: int, zone: tzinfo) -> int:
    """Return the number of the local day since 1970-01-01 that `ms` falls in."""
    return from_ms(ms).astimezone(zone).toordinal() - _EPOCH_ORDINAL


def day_start_ms(day: int, zone: tzinfo) -> int:
    """Return the local midnight that begins a day, in milliseconds since the epoch."""
    midnight = datetime.combine(date_of(day), clock_time.min, zone)
    return to_ms(midnight)


def date_of(day: int) -> date:
    return date.fromordinal(day + _EPOCH_ORDINAL)


def day_number(day: date) -> int:
    """Return the number of a day since 1970-01-01."""
    return day.toordinal() - _EPOCH_ORDINAL


class DayFinder:
    """`day_of` for many times in a row: remembers the bounds of the last day asked for."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._held = (0, 0, 0)  # start, end, day: one value, so that threads may share it

    def __call__(self, ms: int) -> int:
        start, end, day = self._held
        return day if start <= ms < end else self.bounds(ms)[2]

    def bounds(self, ms: int) -> tuple[int, int, int]:
        """Return the start, the end and the number of the local day that `ms` falls in."""
        held = self._held
        if held[0] <= ms < held[1]:
            return held
        day = day_of(ms, self._zone)
        end = day_start_ms(day + 1, self._zone)
        if ms >= end:
            # Clocks went back over midnight (St. John's until 2011): a day that has begun goes on.
            day, end = day + 1, day_start_ms(day + 2, self._zone)
        self._held = found = (day_start_ms(day, self._zone), end, day)
        return found


@lru_cache(8)
def day_finder(zone_name: str) -> DayFinder:
    """Return the one `DayFinder` of a time zone: the next readings mostly are of the same day."""
    return DayFinder(ZoneInfo(zone_name))
