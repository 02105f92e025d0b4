"""The status in words and figures for people. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from readings.display import ago, duration
from readings.times import SECOND_MS, from_ms
from upkeep.disk import in_words
from upkeep.status import Status

_CENTURY = 100
_STATES = (("live", "live"), ("late", "late"), ("silent", "silent"), ("waiting", "never posted"))


def page(status: Status, zone: str) -> dict[str, Any]:
    """Return what the template shows; times in the house's zone."""
    room = status.room
    return {
        "status": status,
        "sentence": _sentence(len(status.troubles)),
        "uptime": duration((status.at - status.started_at) / SECOND_MS),
        "started_at": _moment(status.started_at, zone),
        "refused": sorted(status.ingest.refused.items(), key=lambda item: -item[1]),
        "stations": [
            (status.stations[key], word) for key, word in _STATES if key in status.stations
        ],
        "watcher": ago((status.at - status.watcher_at) / SECOND_MS) if status.watcher_at else "",
        "tasks": [
            {
                "name": task.name.capitalize(),
                "is_ok": task.is_ok,
                "text": task.text,
                "ago": ago((status.at - task.ended_at) / SECOND_MS),
                "at": _moment(task.ended_at, zone),
            }
            for task in status.tasks
        ],
        "free": in_words(room.free),
        "total": in_words(room.total),
        "used_percent": round(100 * (room.total - room.free) / room.total) if room.total else 0,
        "database": in_words(room.database),
        "wal": in_words(room.wal),
        "forecast": _forecast(status.years_left),
    }


def _sentence(troubles: int) -> str:
    if not troubles:
        return "The server is well"
    return "One thing needs you" if troubles == 1 else f"{troubles} things need you"


def _forecast(years: float | None) -> str:
    """Say for how long the disk lasts, no more exactly than can be known."""
    if years is None:
        return "Nothing was posted within a day, so nothing can be foretold."
    if years >= _CENTURY:
        return "At this rate it lasts for more than a century."
    if years >= 2:
        return f"At this rate it lasts for {years:.0f} years."
    return f"At this rate it lasts for {max(1, round(years * 12))} months."


def _moment(ms: int, zone: str) -> datetime:
    return from_ms(ms).astimezone(ZoneInfo(zone))
