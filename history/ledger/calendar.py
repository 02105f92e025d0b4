"""A month of the ledger as a grid of weeks."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.db.models import Sum

from history.ledger.days import tally_of, today
from history.models import StationDay
from readings.times import date_of, day_number
from stations.models import RefusedDay, Station

Mark = Literal["whole", "late", "some", "half", "none", "refused", "unknown", "future"]

_SOME, _HALF = 0.02, 0.5  # of the posts expected


@dataclass(frozen=True, slots=True)
class Cell:
    """One day. Numbers are None where nothing is known of it."""

    date: date
    is_in_month: bool
    mark: Mark
    expected: int | None = None
    live: int = 0
    late: int = 0
    missing: int = 0
    refused: int = 0

    @property
    def percent(self) -> int:
        """How much of what was expected is there; a hundred only when nothing lacks."""
        if not self.expected:
            return 0
        part = 1 - self.missing / self.expected
        return 100 if not self.missing else min(99, max(0, int(100 * part)))


def month_grid(station: Station, year: int, month: int) -> list[list[Cell]]:
    """Return the weeks of a month, Monday first, with days of its neighbours around."""
    weeks = calendar.Calendar().monthdatescalendar(year, month)
    cells = _cells(station, [day for week in weeks for day in week], month)
    return [cells[start : start + 7] for start in range(0, len(cells), 7)]


def _cells(station: Station, dates: Sequence[date], month: int) -> list[Cell]:
    first, last = day_number(dates[0]), day_number(dates[-1])
    lines = {
        line.day: line
        for line in StationDay.objects.filter(station=station, day__range=(first, last))
    }
    if first <= today() <= last:
        lines[today()] = _line_of_today(station)
    refused = refused_by_day(station, first, last)
    return [
        _cell(day, day.month == month, lines.get(day_number(day)), refused.get(day_number(day), 0))
        for day in dates
    ]


def refused_by_day(station: Station, first: int, last: int) -> dict[int, int]:
    found = RefusedDay.objects.filter(station=station, day__range=(first, last))
    return {row["day"]: row["n"] for row in found.values("day").annotate(n=Sum("count"))}


def _line_of_today(station: Station) -> StationDay:
    found = tally_of(station, today())
    return StationDay(
        expected=found.expected, live=found.live, late=found.late, missing=found.missing
    )


def _cell(day: date, is_in_month: bool, line: StationDay | None, refused: int) -> Cell:
    if day > date_of(today()):
        return Cell(day, is_in_month, "future")
    if line is None or not line.expected + line.live + line.late:
        return Cell(day, is_in_month, "refused" if refused else "unknown", refused=refused)
    return Cell(
        day,
        is_in_month,
        _mark(line),
        line.expected,
        line.live,
        line.late,
        line.missing,
        refused,
    )


def _mark(line: StationDay) -> Mark:
    part = line.missing / line.expected if line.expected else 0
    if not line.live + line.late:
        return "none"
    if part > _HALF:
        return "half"
    if part > _SOME:
        return "some"
    return "late" if line.late or line.missing else "whole"
