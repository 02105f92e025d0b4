"""Lets old events go, and their deliveries with them."""

from __future__ import annotations

from datetime import time

from alerts.listing import standing_events
from alerts.models import Event
from readings.clock import clock_is_plausible
from readings.locks import write_transaction
from readings.times import DAY_MS, now_ms
from upkeep.schedule import Task

_KEPT_MS = 90 * DAY_MS
_AT_MOST = 10_000  # should something raise an alert every minute


def prune() -> str:
    """Delete events of more than 90 days ago, and the oldest beyond 10,000.

    What is still wrong stays: a sensor of the pool is silent for longer in winter.
    """
    if not clock_is_plausible():
        return "The list of alerts stays: the clock cannot be right."
    beyond = Event.objects.order_by("-id").values_list("id", flat=True)[_AT_MOST : _AT_MOST + 1]
    with write_transaction():
        over = Event.objects.exclude(id__in=standing_events().values("id"))
        gone = over.filter(created_at__lt=now_ms() - _KEPT_MS).delete()[1]
        for newest in list(beyond):
            more = over.filter(id__lte=newest).delete()[1]
            gone = {key: gone.get(key, 0) + more.get(key, 0) for key in gone.keys() | more.keys()}
    return f"{gone.get('alerts.Event', 0)} old alerts deleted."


# Runs beside the housekeeping of `upkeep.tasks`, which this room stands above.
PRUNE = Task("prune alerts", None, prune, nightly_at=time(3, 30))
