"""Looks for the server's own troubles."""

from __future__ import annotations

from contextlib import suppress

from alerts.models import Condition, Kind
from alerts.news import Found, News, conditions
from alerts.rules.troubles import SEVERE, Result, Standing, settle, troubles
from readings import clock, damage
from upkeep import disk_watch, results

_PREFIX = "trouble:"


def look(now: int) -> Found:
    """Compare what is wrong with what was told last."""
    wrong = _wrong()
    kept = conditions(_PREFIX)
    found = Found()
    for cause in kept.keys() | {f"{_PREFIX}{name}" for name in wrong}:
        name = cause.removeprefix(_PREFIX)
        condition = kept.get(cause) or Condition(cause=cause)
        before = Standing(condition.is_raised, condition.since)
        after = settle(before, name in wrong, now)
        condition.since = after.since
        if after.is_raised != before.is_raised:
            details = {"trouble": name, "text": wrong.get(name, "")}
            severe = name in SEVERE
            found.add(
                condition,
                News(cause, Kind.TROUBLE, after.is_raised, now, details, is_severe=severe),
            )
        elif after != before:
            found.conditions.append(condition)
    return found


def _wrong() -> dict[str, str]:
    return troubles(
        {
            name: Result(result.is_ok, result.text)
            for name, result in results.last_results().items()
        },
        is_disk_full=disk_watch.measure()[0] == "full",
        clock_objection=clock.objection(),
        damage=_damage(),
    )


def _damage() -> str:
    if not damage.is_marked():
        return ""
    finding = ""
    with suppress(OSError):
        finding = damage.marker().read_text().strip()
    return f"{finding or 'Damage was found'}. {damage.WHAT_TO_DO}"
