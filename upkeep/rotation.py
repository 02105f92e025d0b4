"""Names of backups, and which of them have had their day. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

_NAME = re.compile(r"iotserver-(\d{4})(\d\d)(\d\d)-\d{6}\.(?:sqlite3\.gz|dump)", re.ASCII)

# What is kept: the newest backup of each of the last so many days, weeks and months
# that have one. A server that was off for a year loses nothing by it.
_KEPT: tuple[tuple[Callable[[date], object], int], ...] = (
    (lambda day: day, 7),
    (lambda day: day.isocalendar()[:2], 4),
    (lambda day: (day.year, day.month), 12),
)


def name_of(moment: datetime, suffix: str) -> str:
    """Return the name of a backup made at a local time; names sort as their times do."""
    return f"iotserver-{moment:%Y%m%d-%H%M%S}{suffix}"


def newest(names: Iterable[str]) -> str | None:
    """Return the name of the newest backup among files of any name."""
    return max((name for name in names if _day_of(name)), default=None)


def superfluous(names: Iterable[str], today: date) -> list[str]:
    """Return the backups that none of the kept days, weeks and months needs.

    Other files and backups of the future, made by a clock that ran ahead, are no
    business of the rotation.
    """
    horizon = today + timedelta(days=1)
    days = {name: day for name in names if (day := _day_of(name)) and day <= horizon}
    ours = sorted(days, reverse=True)
    kept: set[str] = set()
    for period_of, number in _KEPT:
        newest: dict[object, str] = {}
        for name in ours:
            newest.setdefault(period_of(days[name]), name)
        kept.update(list(newest.values())[:number])
    return [name for name in ours if name not in kept]


def _day_of(name: str) -> date | None:
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
