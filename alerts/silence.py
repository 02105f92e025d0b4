"""Which stations fell silent or came back. Pure: states in, changes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from stations.state import State, state_after


@dataclass(frozen=True, slots=True)
class Change:
    station: int
    now: Literal["silent", "back"]


def changes(were_silent: set[int], states: Mapping[int, State]) -> list[Change]:
    """Return the stations, by number, that fell silent or came back since the last look.

    Late is no news: a missed post or two is what Wi-Fi does. Nor is waiting: a
    station whose sensors were removed has not come back. A station seen for the
    first time only counts when it is silent already.
    """
    found = []
    for station, state in states.items():
        was_silent = station in were_silent
        if state == "silent" and not was_silent:
            found.append(Change(station, "silent"))
        elif state in ("live", "late") and was_silent:
            found.append(Change(station, "back"))
    return found


def state_with_grace(quiet_s: float | None, interval_s: int, grace_s: float | None) -> State:
    """Return a station's state where its rule allows it another span of silence."""
    state = state_after(quiet_s, interval_s)
    if grace_s is None or quiet_s is None or state == "live":
        return state
    return "silent" if quiet_s > grace_s else "late"
