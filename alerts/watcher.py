"""The watcher's rounds: tell the operator who fell silent, keep the database tidy."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from alerts.silence import changes
from readings import demo
from readings.heartbeat import beat
from readings.queries import station_states
from readings.times import now_ms
from stations.state import State

logger = logging.getLogger("alerts.watcher")


class Watcher:
    """Remembers the states of the last round, so that each change is told once."""

    def __init__(self) -> None:
        self._states: Mapping[str, State] = {}

    def round(self) -> None:
        """Look at every station once."""
        now = now_ms()
        beat("watcher")
        states = station_states(now)
        for change in changes(self._states, states):
            if change.after == "silent":
                logger.warning(
                    "%s is silent: nothing for five intervals. Check its power and Wi-Fi.",
                    change.station,
                )
            else:
                logger.info("%s posts again.", change.station)
        self._states = states
        demo.extend(now)

    def tidy(self) -> None:
        """Once a day: drop expired sign-ins and let SQLite refresh its statistics."""
        call_command("clearsessions")
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA optimize")
        logger.debug("Tidied %s.", settings.DATA_DIR)
