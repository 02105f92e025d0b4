"""The demo stations."""

from __future__ import annotations


def extend(now: int) -> None:
    """Post what the demo stations would have posted by now, if there are any."""
