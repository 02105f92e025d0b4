"""Which stations changed between live, late and silent. Pure: states in, changes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stations.state import State


@dataclass(frozen=True, slots=True)
class Change:
    station: str
    before: State
    after: State


def changes(before: Mapping[str, State], after: Mapping[str, State]) -> list[Change]:
    """Return the stations that fell silent or came back since the last look.

    Late is no news: a missed post or two is what Wi-Fi does. A station seen for
    the first time only counts when it is silent already.
    """
    found = []
    for station, state in after.items():
        previous = before.get(station, "live")
        if (state == "silent") != (previous == "silent"):
            found.append(Change(station, previous, state))
    return found
