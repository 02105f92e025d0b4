"""Runs the tasks of `upkeep.tasks`, one at a time, in a thread beside the watcher's rounds.

A task is due by what `upkeep.results` remembers of its last end, so that a restart
neither skips nor repeats it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Min

from readings import faults
from readings.times import HOUR_MS, SECOND_MS, from_ms, now_ms, to_ms
from upkeep import results

logger = logging.getLogger("upkeep")

_LOOK_EVERY_S = 30
_AGAIN_MS = HOUR_MS  # when a task failed: its cause may have gone
_STOP_WITHIN_S = 10  # the supervisor kills after 15

_stop_of = threading.local()


class TaskFailed(Exception):
    """A task could not do its work. The message says why, and what the operator can do."""


class Stopped(Exception):
    """The server is being stopped; the task begins anew after the next start."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is done again and again: `every_s` seconds after its last end, or every night.

    `run` returns a sentence for the operator, or raises `TaskFailed` with one. It may be
    cut short at any point, as by a power cut. A long one calls `check_stop()` now and then.
    """

    name: str
    every_s: int | None
    run: Callable[[], str]
    nightly_at: time | None = None  # in the house's time zone, in place of every_s

    def is_due(self, ended_at: int, now: int) -> bool:
        """Tell whether it is time, from when it last ended; both in milliseconds."""
        if ended_at > now:
            return True  # the clock went back: the end it remembers has not been yet
        if self.nightly_at is not None:
            return ended_at < _last_time(self.nightly_at, now)
        return now - ended_at >= (self.every_s or 0) * SECOND_MS


def check_stop() -> None:
    """Raise `Stopped` when the scheduler that runs this task is to end; else do nothing."""
    stop: threading.Event | None = getattr(_stop_of, "event", None)
    if stop is not None and stop.is_set():
        raise Stopped


class Scheduler:
    """`with Scheduler(TASKS):` runs what is due until the block ends."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        self._tasks = tasks
        # How tasks ended, (at, is_ok), where the database could not remember it.
        self._unrecorded: dict[str, tuple[int, bool]] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name="upkeep", daemon=True)

    def __enter__(self) -> Self:
        if self._tasks:
            self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()
        if self._tasks:
            self._thread.join(_STOP_WITHIN_S)

    def stop(self) -> None:
        """Begin nothing more; the end of the block waits for what has begun."""
        self._stop.set()

    def run_due(self) -> None:
        """Run every task whose time has come; each stands for itself."""
        for task in [task for task in self._tasks if self._is_due(task)]:
            if not self._stop.is_set():
                self._run(task)

    def _go_on(self) -> None:
        _stop_of.event = self._stop
        while not self._stop.wait(_LOOK_EVERY_S):
            self._look()

    def _look(self) -> None:
        try:
            self.run_due()
        except Exception as error:
            text = "Nothing could be run; looking again in %s s"
            faults.tell(logger, error, text, _LOOK_EVERY_S)
        finally:
            connection.close()  # the next look is not to inherit a broken one

    def _is_due(self, task: Task) -> bool:
        now = now_ms()
        ended_at, is_ok = self._unrecorded.get(task.name) or _last_end(task)
        if not is_ok and now - ended_at >= _AGAIN_MS:
            return True
        return task.is_due(ended_at, now)

    def _run(self, task: Task) -> None:
        try:
            text, is_ok = task.run(), True
        except Stopped:
            return
        except TaskFailed as error:
            text, is_ok = str(error), False
        except Exception as error:
            logger.exception("%s failed", task.name)
            text, is_ok = f"{type(error).__name__}: {error}. The log tells where.", False
        self._record(task, is_ok, text)

    def _record(self, task: Task, is_ok: bool, text: str) -> None:
        self._unrecorded[task.name] = (now_ms(), is_ok)
        try:
            results.record(task.name, is_ok=is_ok, text=text)
        except Exception as error:
            text = "%s has ended, but the database cannot keep its result"
            faults.tell(logger, error, text, task.name)
        else:
            del self._unrecorded[task.name]


def _last_end(task: Task) -> tuple[int, bool]:
    """Return when a task last ended, and whether well, as the database remembers it."""
    result = results.last_results().get(task.name)
    return (result.ended_at, result.is_ok) if result else (_installed_at(), True)


def _installed_at() -> int:
    """Return when the database was made: what never ran waits its interval from then on."""
    applied = MigrationRecorder.Migration.objects.aggregate(first=Min("applied"))["first"]
    return to_ms(applied) if applied else 0


def _last_time(of_day: time, now: int) -> int:
    """Return when the house's clocks last showed a time of day, in milliseconds."""
    zone = ZoneInfo(settings.TIME_ZONE)
    today = from_ms(now).astimezone(zone).date()
    # Compared in milliseconds: where spring skips it, it counts as an hour later by the clocks.
    at = to_ms(datetime.combine(today, of_day, zone))
    return at if at <= now else to_ms(datetime.combine(today - timedelta(days=1), of_day, zone))
