"""Remembers when the server itself could store nothing.

The watcher's heartbeat says until when all was well; a round that finds it older than a
few rounds has found a downtime. Nothing more is written while all is well.
"""

from __future__ import annotations

from history.models import Downtime
from readings.locks import write_transaction
from readings.models import Heartbeat
from readings.times import SECOND_MS

_ROUNDS_MISSED_MS = 100 * SECOND_MS  # three rounds of the watcher


def notice(now: int, *, was_clock_wrong: bool = False) -> None:
    """Keep a downtime that has just ended; call it before the heartbeat of a good round."""
    last = Heartbeat.objects.filter(name="watcher").values_list("beat_at", flat=True).first()
    if last is None or now - last < _ROUNDS_MISSED_MS:
        return
    cause = Downtime.Cause.CLOCK if was_clock_wrong else Downtime.Cause.DOWN
    with write_transaction():
        Downtime.objects.create(since=last, until=now, cause=cause)


def between(since: int, until: int) -> list[Downtime]:
    return list(Downtime.objects.filter(since__lt=until, until__gt=since))
