"""Which stretch of time somebody asked for. Pure; times are milliseconds since 1970."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from datetime import time as clock_time
from typing import Literal, NamedTuple

from readings.times import DAY_MS, from_ms, to_ms
from readings.values import EARLIEST_MS, LATEST_MS

Name = Literal["24h", "7d", "30d", "1y", "all", ""]
_DAYS: dict[str, int] = {"24h": 1, "7d": 7, "30d": 30}
NAMES: tuple[Name, ...] = ("24h", "7d", "30d", "1y", "all")


class BadRange(ValueError):
    """Text that is no range of time. Its message tells what would be."""


class Range(NamedTuple):
    """From `since` up to but not including `until`; `name` is empty for any other range."""

    since: int
    until: int
    name: Name = ""


def named(name: str, now: int, first: int | None, zone: tzinfo) -> Range:
    """Return the range of a name that ends now; `first` is when "all" begins."""
    if name in _DAYS:
        return Range(now - _DAYS[name] * DAY_MS, now, name)  # type: ignore[arg-type]
    if name == "1y":
        return Range(_a_year_before(now, zone), now, "1y")
    if name == "all":
        return Range(min(first if first is not None else now, now - DAY_MS), now, "all")
    raise BadRange(f"range is one of {', '.join(NAMES)}.")


def between(since: str, until: str, now: int, zone: tzinfo) -> Range:
    """Return a range of two texts, dates or moments; without an end it lasts until now."""
    start = moment(since, zone)
    end = moment(until, zone, is_end=True) if until else now
    if start >= end:
        raise BadRange("from must be before to.")
    return Range(start, end)


def moment(text: str, zone: tzinfo, *, is_end: bool = False) -> int:
    """Return a time from ISO 8601. A date is a whole day of the house, a time without an
    offset is the house's.
    """
    try:
        at = _day_edge(date.fromisoformat(text), zone, is_end)
    except (ValueError, OverflowError):
        at = _exact(text, zone)
    if not EARLIEST_MS <= at < LATEST_MS:
        raise BadRange("from and to lie between 2001 and 2100.")
    return at


def _day_edge(day: date, zone: tzinfo, is_end: bool) -> int:
    """Return the midnight that begins a day, or the one that ends it."""
    if is_end:
        day += timedelta(days=1)
    return to_ms(datetime.combine(day, clock_time.min, zone))


def _exact(text: str, zone: tzinfo) -> int:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadRange(
            "from and to are dates such as 2026-01-31 or times such as 2026-01-31T07:00:00Z."
        ) from error
    return to_ms(at if at.tzinfo else at.replace(tzinfo=zone))


def _a_year_before(now: int, zone: tzinfo) -> int:
    local = from_ms(now).astimezone(zone)
    is_leap_day = (local.month, local.day) == (2, 29)
    return to_ms(local.replace(year=local.year - 1, day=28 if is_leap_day else local.day))
