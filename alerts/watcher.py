"""The watcher's rounds: look at the stations and at the server, and tell what is new."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from alerts.advice import all_current
from alerts.advice import rounds as advice
from alerts.lookout import Lookout
from alerts.models import Event, Kind
from history.ledger import downtimes
from readings import clock, demo
from readings.heartbeat import beat
from readings.times import now_ms
from upkeep.disk_watch import DiskWatch

logger = logging.getLogger("alerts.watcher")


class Watcher:
    """Goes on rounds. What was told already is in the database, so that a change is told once."""

    def __init__(self) -> None:
        self._lookout = Lookout(all_current)
        self._disk = DiskWatch()
        self._was_clock_wrong = False

    def round(self) -> None:
        """Look at everything once; the heartbeat says that it got to the end."""
        self._disk.look()
        now = now_ms()
        _tell(self._lookout.look_at_server(now))
        if not clock.clock_is_plausible():
            self._was_clock_wrong = True
            return  # every station would seem silent, or none; the clock itself was told
        downtimes.notice(now, was_clock_wrong=self._was_clock_wrong)
        self._was_clock_wrong = False
        _extend_demo(now)  # first: after a stop it is no more silent than the server was
        advice.go_on(now)
        _tell(self._lookout.look_at_home(now))
        clock.keep()
        beat("watcher")

    def tidy(self) -> None:
        """Once a day: drop expired sign-ins and let SQLite refresh its statistics."""
        if not clock.clock_is_plausible():
            return  # a year ahead, every sign-in has expired
        call_command("clearsessions")
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA optimize")
        logger.debug("Tidied %s.", settings.DATA_DIR)


def _extend_demo(now: int) -> None:
    try:
        demo.extend(now)
    except Exception:
        # Whatever ails the demo, the real stations are watched.
        logger.exception("The demo cannot go on. Remove it with manage.py seed_demo --remove.")


def _tell(events: Sequence[Event]) -> None:
    """Log what the log does not say already: the housekeeping logs its troubles itself."""
    for event in events:
        if event.kind == Kind.SILENCE:
            _tell_silence(event)
        elif event.kind == Kind.THRESHOLD:
            logger.info("%s: %s", event, event.details)


def _tell_silence(event: Event) -> None:
    station = event.details["station"]
    if event.is_raised:
        logger.warning(
            "%s is silent: it missed five posts or more. Check its power and Wi-Fi, then its key.",
            station,
            extra={"station": station},
        )
    else:
        logger.info("%s posts again.", station, extra={"station": station})
