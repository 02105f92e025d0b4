"""The watcher's rounds: tell the operator who fell silent, keep the database tidy."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from alerts.advice import rounds as advice
from alerts.silence import Change, changes
from readings import clock, demo
from readings.heartbeat import beat
from readings.queries import station_states
from readings.times import now_ms
from stations.state import State
from upkeep.disk_watch import DiskWatch

logger = logging.getLogger("alerts.watcher")


class Watcher:
    """Remembers the states of the last round, so that each change is told once."""

    def __init__(self) -> None:
        self._states: Mapping[str, State] = {}
        self._disk = DiskWatch()

    def round(self) -> None:
        """Look at every station once; the heartbeat says that it got to the end."""
        self._disk.look()
        if not clock.clock_is_plausible():
            return  # every station would seem silent, or none; the clock itself is in the log
        now = now_ms()
        _extend_demo(now)  # first: after a stop it is no more silent than the server was
        states = station_states(now)
        for change in changes(self._states, states):
            _tell(change)
        self._states = states
        advice.go_on(now)
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


def _tell(change: Change) -> None:
    if change.now == "silent":
        logger.warning(
            "%s is silent: it missed five posts or more. Check its power and Wi-Fi, then its key.",
            change.station,
            extra={"station": change.station},
        )
    else:
        logger.info("%s posts again.", change.station, extra={"station": change.station})
