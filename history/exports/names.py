"""What an export's file is called. Pure."""

from __future__ import annotations

from history.exports.scope import FOREVER, Scope
from readings.times import from_ms


def filename(scope: Scope, now: int, ending: str) -> str:
    """Return e.g. `readings-2026-01-01-to-2026-01-31.csv`; plain ASCII, sorted by time."""
    kind = {"raw": "readings", "hour": "hours", "day": "days"}[scope.every]
    last = now if scope.until == FOREVER else scope.until - 1
    days = [
        f"{from_ms(ms).astimezone(scope.zone):%Y-%m-%d}" for ms in (scope.since, last) if ms > 0
    ]
    return f"{kind}-{'-to-'.join(days)}.{ending}"
