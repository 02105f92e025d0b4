"""Which stations fell silent or came back. Pure: states in, changes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from stations.state import State


@dataclass(frozen=True, slots=True)
class Change:
    station: str
    now: Literal["silent", "back"]


def changes(before: Mapping[str, State], after: Mapping[str, State]) -> list[Change]:
    """Return the stations that fell silent or came back since the last look.

    Late is no news: a missed post or two is what Wi-Fi does. Nor is waiting: a
    station whose sensors were removed has not come back. A station seen for the
    first time only counts when it is silent already.
    """
    found = []
    for station, state in after.items():
        was_silent = before.get(station) == "silent"
        if state == "silent" and not was_silent:
            found.append(Change(station, "silent"))
        elif state in ("live", "late") and was_silent:
            found.append(Change(station, "back"))
    return found
