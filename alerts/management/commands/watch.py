"""`manage.py watch`: the watcher's loop. `manage.py serve` starts it."""

from __future__ import annotations

import logging
import signal
import threading
import time
from typing import Any

from django.core.management import BaseCommand
from django.db import connection

from alerts.watcher import Watcher

logger = logging.getLogger("alerts.watcher")

_ROUND_S = 30
_TIDY_S = 86_400


class Command(BaseCommand):
    help = "Watch the stations: log who falls silent and who comes back."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        _loop(Watcher(), stop)


def _loop(watcher: Watcher, stop: threading.Event) -> None:
    tidy_at = time.monotonic()
    while not stop.is_set():
        try:
            watcher.round()
            if time.monotonic() >= tidy_at:
                watcher.tidy()
                tidy_at += _TIDY_S
        except Exception:
            # A full disk must not end the watching; the next round tries again.
            logger.exception("The watcher's round failed; trying again in %s s", _ROUND_S)
            connection.close()
        stop.wait(_ROUND_S)
