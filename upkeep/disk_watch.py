"""Warns before the disk is full, and says afterwards that it was."""

from __future__ import annotations

from typing import Literal

from django.conf import settings
from django.db import DatabaseError

from readings import faults
from upkeep import disk, results

State = Literal["roomy", "nearly full", "full"]

_LOW_BYTES = 200_000_000
_LOW_SHARE = 0.05


class DiskWatch:
    """Looks at the free space each round; what changes is logged and remembered."""

    def __init__(self) -> None:
        self._state: State | None = None
        self._is_recorded = False
        self._was_full = False

    def look(self) -> None:
        """Log and remember the disk's state if it is another than at the last look."""
        state, free = measure()
        if self._state is None and _was_fine():
            self._state, self._is_recorded = "roomy", True
        if state == self._state and (self._is_recorded or state == "full"):
            return
        self._is_recorded = _record(state, _text(state, free, self._was_full))
        self._was_full = state == "full" or (self._was_full and not self._is_recorded)
        self._state = state


def _record(state: State, text: str) -> bool:
    try:
        results.record("disk", is_ok=state == "roomy", text=text)
    except (DatabaseError, OSError):
        return False  # on a full disk no wonder: its log line and /healthz have to do
    return True


def _was_fine() -> bool:
    last = results.last_results().get("disk")
    return last is None or last.is_ok


def measure() -> tuple[State, int]:
    """Return the state of the data folder's disk and its free bytes."""
    room = disk.room(settings.DATA_DIR, None)
    if room.free < faults.ROOM_NEEDED:
        return "full", room.free
    if room.free < min(_LOW_BYTES, _LOW_SHARE * room.total):
        return "nearly full", room.free
    return "roomy", room.free


def _text(state: State, free: int, was_full: bool) -> str:
    shown = f"{disk.in_words(free)} are free."
    if state == "full":
        return f"The disk with {settings.DATA_DIR} is full: nothing is stored. Make room."
    if state == "nearly full":
        return f"The disk with {settings.DATA_DIR} is nearly full: {shown} Make room."
    return f"{shown} It was full before; boards resend what they kept." if was_full else shown
