"""Records, months and years, from a sensor's days. Pure but for `days_of`.

A month's mean is that of its days, so that a day with gaps counts no less.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from statistics import fmean
from typing import NamedTuple

from readings.models import DaySummary
from readings.times import date_of


class Day(NamedTuple):
    """A local day of a sensor, values in the stored unit, times in milliseconds."""

    on: date
    mean: float
    low: float
    high: float
    low_at: int
    high_at: int

    @property
    def swing(self) -> float:
        return self.high - self.low


class Records(NamedTuple):
    since: date
    highest: Day
    lowest: Day
    widest: Day


class Spell(NamedTuple):
    """A month or a year; `month` is 0 for a year."""

    year: int
    month: int
    days: int
    mean: float
    low: float
    high: float

    @property
    def first(self) -> date:
        return date(self.year, self.month or 1, 1)


class Against(NamedTuple):
    """A month of this year and of last; `month` is 0 for the year so far.

    Of a month that still runs only the days up to today's are taken, in both years.
    """

    month: int
    this: Spell | None
    last: Spell | None

    @property
    def difference(self) -> float | None:
        return self.this.mean - self.last.mean if self.this and self.last else None


def days_of(sensor_id: int) -> list[Day]:
    """Return every day of a sensor, oldest first."""
    rows = (
        DaySummary.objects.filter(sensor_id=sensor_id)
        .order_by("period")
        .values_list("period", "sum", "count", "min", "max", "min_at", "max_at")
    )
    return [
        Day(date_of(period), total / count, low, high, low_at, high_at)
        for period, total, count, low, high, low_at, high_at in rows
    ]


def records(days: Sequence[Day]) -> Records | None:
    """Return the records; of equals the earliest holds it."""
    if not days:
        return None
    return Records(
        since=days[0].on,
        highest=max(days, key=lambda day: day.high),
        lowest=min(days, key=lambda day: day.low),
        widest=max(days, key=lambda day: day.swing),
    )


def months(days: Iterable[Day]) -> list[Spell]:
    """Return the months in which something was measured, newest first."""
    return _spells(days, lambda day: (day.on.year, day.on.month))


def years(days: Iterable[Day]) -> list[Spell]:
    """Return the years in which something was measured, newest first."""
    return _spells(days, lambda day: (day.on.year, 0))


def against_last_year(days: Iterable[Day], today: date) -> list[Against]:
    """Return this year's months so far beside last year's, and both years up to today."""
    comparable = [
        day
        for day in days
        if today.year - day.on.year in (0, 1)
        and (day.on.month, day.on.day) <= (today.month, today.day)
    ]
    found = {(one.year, one.month): one for one in [*months(comparable), *years(comparable)]}
    if not any(year == today.year - 1 for year, _ in found):
        return []
    return [
        Against(month, found.get((today.year, month)), found.get((today.year - 1, month)))
        for month in [*range(1, today.month + 1), 0]
    ]


def _spells(days: Iterable[Day], part_of: Callable[[Day], tuple[int, int]]) -> list[Spell]:
    groups: dict[tuple[int, int], list[Day]] = {}
    for day in days:
        groups.setdefault(part_of(day), []).append(day)
    return [_spell(*part, groups[part]) for part in sorted(groups, reverse=True)]


def _spell(year: int, month: int, days: Sequence[Day]) -> Spell:
    return Spell(
        year,
        month,
        len(days),
        fmean(day.mean for day in days),
        min(day.low for day in days),
        max(day.high for day in days),
    )
