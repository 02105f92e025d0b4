"""`manage.py watch`: the watcher's loop. `manage.py serve` starts it."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any

from django.db import connection

from alerts.courier import Courier
from alerts.pruning import PRUNE
from alerts.watcher import Watcher
from history.background import Background
from history.ledger import days
from readings import faults
from stations.commands import QuickCommand
from upkeep import running
from upkeep.schedule import Scheduler, Task, check_stop
from upkeep.tasks import TASKS

logger = logging.getLogger("alerts.watcher")

# Beside those of upkeep, which may not know this room. Often: what a board sends late, an import
# and the demo are to be in the calendar while somebody is still looking. Without news it reads a
# few thousand rows.
_COMPLETENESS = Task("completeness", 300, lambda: days.bring_up_to_date(check_stop))
_ROUND_S = 30
_FAILED = "The watcher's round failed; trying again in %s s"
_TURN_S = 1
_TIDY_S = 86_400


class Command(QuickCommand):
    help = "Watch the stations and the server, and send alerts."

    def handle(self, *args: Any, **options: Any) -> None:
        # An Event's set() can deadlock in a signal handler; a SimpleQueue's put() cannot.
        stop: SimpleQueue[int] = SimpleQueue()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda number, _: stop.put(number))
        running.hold()
        if await_turn(stop):
            work(stop)


def await_turn(stop: SimpleQueue[int]) -> bool:
    """Wait until no other watcher works on the data folder; False when something is in `stop`.

    Two would tell everything twice. One that ended instead would be started again and again.
    """
    is_told = False
    while True:
        try:
            running.hold_as_watcher()
            return True
        except running.InUse as error:
            if not is_told:
                logger.warning("%s", error)
            is_told = True
        with suppress(Empty):
            stop.get(timeout=_TURN_S)
            return False


def work(stop: SimpleQueue[int]) -> None:
    """Watch, and do beside it what else is due, until something is put into `stop`."""
    tasks = (*TASKS, PRUNE, _COMPLETENESS)
    with Scheduler(tasks) as scheduler, Background() as background, Courier() as courier:
        watch(Watcher(), stop, courier.wake)
        # All before the first is waited for: one after the other, the supervisor would kill.
        for one in (scheduler, background, courier):
            one.stop()


def watch(
    watcher: Watcher, stop: SimpleQueue[int], after_round: Callable[[], None] = lambda: None
) -> None:
    """Go on rounds until something is put into `stop`; call `after_round` after each."""
    tidy_at = time.monotonic()
    while True:
        try:
            watcher.round()
            after_round()
            if time.monotonic() >= tidy_at:
                watcher.tidy()
                tidy_at = time.monotonic() + _TIDY_S
        except Exception as error:
            # A full disk must not end the watching; the next round tries again.
            faults.tell(logger, error, _FAILED, _ROUND_S)
            connection.close()
        with suppress(Empty):
            stop.get(timeout=_ROUND_S)
            return
