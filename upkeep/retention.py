"""Every night: delete readings that no sensor keeps, and give the disk its room back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from readings import pruning
from readings.clock import clock_is_plausible, objection
from readings.times import now_ms
from stations.models import Sensor
from upkeep import space
from upkeep.schedule import TaskFailed, check_stop

_STEPS_TO_CHECKPOINT = 20


def nightly() -> str:
    """Prune every sensor that keeps readings for a time only; return what came of it."""
    if not clock_is_plausible():
        raise TaskFailed(f"Nothing was deleted. {objection()}")
    with _checkpoints_apart():
        steps = [step for sensor in _limited() for step in _pruned(sensor)]
    readings = sum(step.readings for step in steps)
    text = f"Deleted {readings:,} old readings"
    if steps:
        longest = max(step.held_s for step in steps)
        text += f" in {len(steps):,} steps, the longest of {longest * 1_000:.0f} ms"
    return f"{text}.{space.give_back()}"


def _limited() -> list[Sensor]:
    return list(Sensor.objects.filter(keep_raw_months__isnull=False).order_by("pk"))


def _pruned(sensor: Sensor) -> Iterator[pruning.Step]:
    """Prune one sensor; boards have the lock for half of the time at least."""
    since = pruning.horizon(sensor.keep_raw_months or 0, now_ms())
    for number, step in enumerate(pruning.prune(sensor.pk, since), 1):
        yield step
        check_stop()
        if number % _STEPS_TO_CHECKPOINT == 0:
            _checkpoint()
        time.sleep(step.held_s)


@contextmanager
def _checkpoints_apart() -> Iterator[None]:
    """Keep SQLite from tidying its WAL file within a commit, while boards wait."""
    if connection.vendor != "sqlite":
        yield
        return
    before = space.ask("wal_autocheckpoint")
    _pragma("wal_autocheckpoint=0")
    try:
        yield
        _checkpoint()
    finally:
        _pragma(f"wal_autocheckpoint={before}")


def _checkpoint() -> None:
    if connection.vendor == "sqlite":
        _pragma("wal_checkpoint(PASSIVE)")  # beside writers, not in their way


def _pragma(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {text}")
