"""Who calls with a wrong key or still with an old one, and from where each station calls.

Noted in memory on the way past and written a moment later, in a thread of its own: no
board waits for it, and a flood of strangers costs a small transaction now and then.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import NamedTuple

from django.db import connection

from readings import faults
from readings.measurements import Measurement, Submission
from readings.outcomes import Outcome, Stored
from readings.times import now_ms

logger = logging.getLogger("readings.callers")

MOST = 200  # refused boards in memory; who called longest ago makes room
_CAUSES = ("unknown station", "wrong key")
_LONGEST_TEXT = 80  # of a key or MAC address: what is longer is neither
_SOON_S, _RARELY_S = 2.0, 60.0
_QUIET_S = 10.0  # so long after the last writing, the next comes soon again


class Refusal(NamedTuple):
    """The last refused call of one MAC address, as it came, and how many there were."""

    mac: str
    key: str
    cause: str
    address: str
    measurement: Measurement | None
    first_at: int
    at: int
    calls: int


class Calls(NamedTuple):
    """Refused calls of one MAC address for one cause."""

    n: int
    first_at: int
    last_at: int


class Notes(NamedTuple):
    """What happened since the last writing; times in milliseconds since 1970."""

    refusals: list[Refusal]
    addresses: dict[int, str]  # by station's id, where it changed
    old_keys: dict[int, int]  # when a station last used its old key, by id
    refused: dict[tuple[str, str], Calls]  # by MAC address as it came, and cause


Write = Callable[[Notes], None]


class Collector:
    """What one process has met and not written yet."""

    def __init__(self) -> None:
        self.is_pending = threading.Event()
        self._lock = threading.Lock()
        self._write: Write | None = None
        self._writing_process = 0  # threads do not come along with a fork
        self._known_addresses: dict[int, str] = {}
        self._refusals: OrderedDict[str, Refusal] = OrderedDict()
        self._addresses: dict[int, str] = {}
        self._old_keys: dict[int, int] = {}
        self._refused: dict[tuple[str, str], Calls] = {}

    def note(self, submissions: Sequence[Submission], outcomes: Sequence[Outcome]) -> None:
        for submission, outcome in zip(submissions, outcomes, strict=True):
            if isinstance(outcome, Stored):
                if self._known_addresses.get(outcome.station_id) != submission.address:
                    self._note_address(outcome.station_id, submission.address)
                continue
            self._count_refused(submission, outcome.cause)
            if outcome.cause in _CAUSES:
                self._note_refusal(submission, outcome.cause)

    def note_old_key(self, station_id: int) -> None:
        with self._lock:
            self._old_keys[station_id] = now_ms()
        self._wake()

    def write_with(self, write: Write) -> None:
        """Hand what is noted to `write`, now and then, in a thread of each process that notes."""
        self._write = write

    def _wake(self) -> None:
        self.is_pending.set()
        with self._lock:
            if self._write is None or self._writing_process == os.getpid():
                return
            self._writing_process = os.getpid()
        arguments = (self, self._write)
        threading.Thread(target=_write_on, args=arguments, name="callers", daemon=True).start()

    def take(self) -> Notes:
        """Return what is noted, and forget it."""
        self.is_pending.clear()
        with self._lock:
            notes = Notes(
                list(self._refusals.values()), self._addresses, self._old_keys, self._refused
            )
            self._refusals, self._addresses, self._old_keys = OrderedDict(), {}, {}
            self._refused = {}
        return notes

    def forget_addresses(self, notes: Notes) -> None:
        """Have them noted again with the next calls: nobody wrote them."""
        with self._lock:
            for station_id in notes.addresses:
                self._known_addresses.pop(station_id, None)

    def _note_address(self, station_id: int, address: str) -> None:
        with self._lock:
            self._known_addresses[station_id] = self._addresses[station_id] = address
        self._wake()

    def _count_refused(self, submission: Submission, cause: str) -> None:
        key, now = (submission.credentials.mac[:_LONGEST_TEXT], cause), now_ms()
        with self._lock:
            before = self._refused.get(key)
            if before is not None:
                self._refused[key] = before._replace(n=before.n + 1, last_at=now)
            elif len(self._refused) < MOST:  # beyond, it is a flood of strangers
                self._refused[key] = Calls(1, now, now)
        self._wake()

    def _note_refusal(self, submission: Submission, cause: str) -> None:
        key, mac = (text[:_LONGEST_TEXT] for text in submission.credentials)
        last = submission.measurements[-1] if submission.measurements else None
        now = now_ms()
        with self._lock:
            before = self._refusals.pop(mac, None)
            first_at, calls = (before.first_at, before.calls) if before else (now, 0)
            self._refusals[mac] = Refusal(
                mac, key, cause, submission.address, last, first_at, now, calls + 1
            )
            if len(self._refusals) > MOST:
                self._refusals.popitem(last=False)
        self._wake()


collector = Collector()


def note(submissions: Sequence[Submission], outcomes: Sequence[Outcome]) -> None:
    """Remember who was refused for key or MAC address, and from where others call."""
    collector.note(submissions, outcomes)


def note_old_key(station_id: int) -> None:
    """Remember that a station used the key that a rotation replaced."""
    collector.note_old_key(station_id)


def _write_on(collector: Collector, write: Write) -> None:
    pause, written_at = _SOON_S, float("-inf")
    while True:
        collector.is_pending.wait()
        pause = next_pause(pause, time.monotonic() - written_at)
        time.sleep(pause)  # who calls meanwhile is written along
        write_or_tell(write, collector)
        written_at = time.monotonic()


def next_pause(pause: float, quiet_s: float) -> float:
    """Return how long to gather: two seconds as a rule, up to a minute while it never ends."""
    return _SOON_S if quiet_s > _QUIET_S else min(2 * pause, _RARELY_S)


def write_or_tell(write: Write, collector: Collector) -> None:
    """Write what is noted; what goes wrong ends no thread, and of refusals the notes are lost."""
    notes = collector.take()
    try:
        write(notes)
    except Exception as error:
        collector.forget_addresses(notes)
        faults.tell(logger, error, "Who was refused could not be listed")
    finally:
        connection.close()
