"""Deletes readings that their sensor keeps no longer. Hours and days stay for ever.

Small steps, each a transaction of its own that boards can wait for.
"""

from __future__ import annotations

import time
from calendar import monthrange
from collections.abc import Iterator
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet

from readings.locks import write_transaction
from readings.models import Reading
from readings.times import date_of, day_number, day_of, day_start_ms
from stations.models import Sensor

_AIM_S = 0.01  # of holding the lock: no board is to wait for 50 ms, on a busy machine either
_FIRST, _LEAST, _MOST = 500, 20, 20_000  # readings at a time


class Step(NamedTuple):
    """How many readings went, and for how many seconds boards had to wait."""

    readings: int
    held_s: float


def horizon(months: int, now: int) -> int:
    """Return the local midnight so many months ago, in milliseconds."""
    zone = ZoneInfo(settings.TIME_ZONE)
    today = date_of(day_of(now, zone))
    years, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    last = monthrange(years, month + 1)[1]
    then = today.replace(year=years, month=month + 1, day=min(today.day, last))
    return day_start_ms(day_number(then), zone)


def prune(sensor_id: int, since: int) -> Iterator[Step]:
    """Delete a sensor's readings before a time, step by step.

    From the first step on older readings are refused: a resend could not be told from
    a new one, and would count twice in the summaries.
    """
    if not _older(sensor_id, since).exists():
        return
    with write_transaction():
        Sensor.objects.filter(pk=sensor_id, raw_since__lt=since).update(raw_since=since)
    size = _FIRST
    while True:
        end = (
            _older(sensor_id, since).values_list("measured_at", flat=True)[size : size + 1].first()
        )
        step = _delete(sensor_id, since if end is None else end)
        yield step
        if end is None:
            return
        size = _next_size(size, step.held_s)


def _older(sensor_id: int, since: int) -> QuerySet[Reading]:
    return Reading.objects.filter(sensor_id=sensor_id, measured_at__lt=since).order_by(
        "measured_at"
    )


def _delete(sensor_id: int, end: int) -> Step:
    with write_transaction():
        began = time.perf_counter()
        deleted, _ = Reading.objects.filter(sensor_id=sensor_id, measured_at__lt=end).delete()
    return Step(deleted, time.perf_counter() - began)


def _next_size(size: int, held_s: float) -> int:
    """Return how many readings to take next: more only by and by, fewer at once."""
    wanted = int(size * _AIM_S / max(held_s, 0.001))
    return max(_LEAST, min(wanted, size * 2, _MOST))
