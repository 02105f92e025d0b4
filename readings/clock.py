"""Is the wall clock to be believed?

A Raspberry Pi has no clock of its own: it may wake up in 1970, or where it was
switched off. What is stamped or pruned by such a clock is wrong for ever, so
nothing is. Proof of a right time is the kernel's word that the clock is
synchronised. Without it a clock is believed while it goes on from where it was
last known to be right, which a small file in `DATA_DIR` remembers.
"""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db.models import Max

from readings import kernel
from readings.models import Heartbeat, Latest
from readings.outcomes import CannotStore, Refused
from readings.times import DAY_MS, MINUTE_MS, SECOND_MS, from_ms, now_ms
from readings.values import LATEST_MS

logger = logging.getLogger("readings.clock")

# No clock is right that shows a time before this code was written: 2026-11-01.
_WRITTEN_MS = 1_793_491_200_000
_STEP_MS = MINUTE_MS  # a smaller correction changes nothing
_BACK_MS = 5 * MINUTE_MS
_AHEAD_MS = DAY_MS
_SWITCHED_OFF_MS = 30 * DAY_MS
_WAIT_FOR_NETWORK_MS = 5 * MINUTE_MS
_ASK_AGAIN_MS = SECOND_MS
_NEVER = -(1 << 62)

_REFUSED = Refused(503, "server clock wrong", "the server's clock cannot be right")
_WHAT_TO_DO = "Set it (timedatectl set-ntp true), or if it is right run manage.py confirm_clock."


class Mark(NamedTuple):
    """A time that was right: by the wall clock, and by the count since the machine's start."""

    wall_ms: int
    since_boot_ms: int
    boot_id: str


def mark_file() -> Path:
    return Path(settings.DATA_DIR) / "clock.json"


def trusted_now_ms() -> int:
    """Return the time in milliseconds since 1970; raise `CannotStore` while it cannot be right."""
    now, since_boot = now_ms(), kernel.since_boot_ms()
    if abs(now - since_boot - _belief.offset) > _STEP_MS and _belief.ask(now, since_boot):
        raise CannotStore(_REFUSED)
    return now


def objection() -> str:
    """Return why the clock cannot be right and what to do about it, else an empty text."""
    try:
        trusted_now_ms()
    except CannotStore:
        return f"The clock of this computer {_belief.objection}. {_WHAT_TO_DO}"
    return ""


def clock_is_plausible() -> bool:
    """True when times may be stored, and what is old be pruned, by this clock."""
    return not objection()


def remember(mark: Mark) -> None:
    """Keep a time that is right, for every process and for after the next start."""
    draft = mark_file().with_suffix(".new")
    draft.write_text(json.dumps(mark._asdict()))
    draft.replace(mark_file())


def keep() -> None:
    """Move the mark on while the clock is right; what cannot be written is no loss."""
    with suppress(CannotStore, OSError):
        remember(Mark(trusted_now_ms(), kernel.since_boot_ms(), kernel.boot_id()))


def confirm() -> int:
    """Take the clock for right on the operator's word; return the time."""
    now = now_ms()
    remember(Mark(now, kernel.since_boot_ms(), kernel.boot_id()))
    return now


def remember_newest() -> None:
    """Begin with the newest time in the database where no mark was kept yet."""
    if last_mark() is None and (newest := _newest_in_database()):
        remember(Mark(newest, 0, ""))


def _newest_in_database() -> int:
    latest = Latest.objects.aggregate(newest=Max("received_at"))["newest"]
    beat = Heartbeat.objects.aggregate(newest=Max("beat_at"))["newest"]
    return max(latest or 0, beat or 0)


def last_mark() -> Mark | None:
    """Return the last time known to be right; None before the first and when it is unreadable."""
    try:
        mark = Mark(**json.loads(mark_file().read_text()))
    except (OSError, ValueError, TypeError):
        return None
    is_whole = isinstance(mark.wall_ms, int) and isinstance(mark.since_boot_ms, int)
    return mark if is_whole else None


class _Belief:
    """What this process holds of the clock. A step sets it thinking, all else is one comparison."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.offset = _NEVER  # of the wall clock to the count since boot
        self.objection = ""
        self._asked_at = -_ASK_AGAIN_MS

    def ask(self, now: int, since_boot: int) -> bool:
        """Judge the clock anew, at most once a second; True when it cannot be right."""
        if self.objection and 0 <= since_boot - self._asked_at < _ASK_AGAIN_MS:
            return True
        found = judge(now, since_boot, last_mark())
        if found and not self.objection:
            logger.error("The clock of this computer %s. Nothing is stored. %s", found, _WHAT_TO_DO)
        elif self.objection and not found:
            logger.warning("The clock is right again; readings are stored.")
        self.objection, self._asked_at = found, since_boot
        self.offset = _NEVER if found else now - since_boot
        return bool(found)


def judge(now: int, since_boot: int, mark: Mark | None) -> str:
    """Return what speaks against a clock, to go on from "The clock of this computer"."""
    shown = f"shows {from_ms(now):%Y-%m-%d %H:%M} UTC"
    if now < _WRITTEN_MS:
        return f"{shown}, before this server was written"
    if now >= LATEST_MS:
        return f"{shown}, beyond what can be stored"
    if mark is None or kernel.is_synchronised():
        return ""
    if mark.boot_id and mark.boot_id == kernel.boot_id():
        gone = now - mark.wall_ms - (since_boot - mark.since_boot_ms)
        furthest = _AHEAD_MS
    else:
        gone, furthest = now - mark.wall_ms, _SWITCHED_OFF_MS
        if since_boot < _WAIT_FOR_NETWORK_MS and not kernel.has_clock_chip():
            return f"{shown}, but has not been set over the network since the start"
    if gone < -_BACK_MS:
        return f"{shown}, and was already at {from_ms(mark.wall_ms):%Y-%m-%d %H:%M}"
    if gone > furthest:
        return f"{shown}, {gone // DAY_MS} days further than expected, and nothing confirms it"
    return ""


_belief = _Belief()
forget = _belief.forget
