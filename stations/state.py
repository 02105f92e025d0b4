"""When is a station live, late or silent? One rule, used by every page. Pure."""

from __future__ import annotations

from typing import Literal

State = Literal["live", "late", "silent", "waiting"]

LIVE_INTERVALS = 2  # one missed post is no news: Wi-Fi drops packets
GRACE_INTERVALS = 5
GRACE_AT_LEAST_S = 300


def grace_seconds(interval_s: int) -> int:
    """Return for how long a station may miss its posts before it counts as silent."""
    return max(GRACE_INTERVALS * interval_s, GRACE_AT_LEAST_S)


def state_after(quiet_s: float | None, interval_s: int) -> State:
    """Return the state of a station last heard of `quiet_s` seconds ago.

    `None` means it never posted: it is waited for.
    """
    if quiet_s is None:
        return "waiting"
    if quiet_s <= LIVE_INTERVALS * interval_s:
        return "live"
    return "late" if quiet_s <= grace_seconds(interval_s) else "silent"
