"""What this room does behind the pages, one thing at a time, in a thread of the watcher."""

from __future__ import annotations

import logging
import threading
from typing import Self

from django.db import connection

from history.calibration import verbs as calibrations
from history.imports import jobs
from readings import faults
from readings.times import DAY_MS, now_ms

logger = logging.getLogger("history.background")

_LOOK_EVERY_S = 2  # somebody waits before the page
_AGAIN_S = 60
_HALTED = "Imports and calibrations halt; trying again in %s s"
_STOP_WITHIN_S = 10  # the supervisor kills after 15


class Background:
    """`with Background():` works until the block ends; what it is at then goes on later."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._tidied_at = 0
        self._thread = threading.Thread(target=self._go_on, name="history", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()
        self._thread.join(_STOP_WITHIN_S)

    def stop(self) -> None:
        """Begin nothing more; the end of the block waits for what has begun."""
        self._stop.set()

    def look(self) -> None:
        """Do what there is to do: calibrations that changed, then the next import."""
        _recalculate()
        if now_ms() - self._tidied_at > DAY_MS:
            self._tidied_at = now_ms()
            jobs.forget_old()
        job = jobs.next_job()
        if job is not None:
            jobs.work(job, self._check)
            logger.info("Import of %s is %s. %s", job.name, job.get_state_display(), job.text)

    def _check(self) -> None:
        if self._stop.is_set():
            raise jobs.Stop
        _recalculate()  # an import may take hours

    def _go_on(self) -> None:
        wait_s = 0
        while not self._stop.wait(wait_s):
            wait_s = _LOOK_EVERY_S
            try:
                self.look()
            except jobs.Stop:
                return
            except Exception as error:
                # A full disk may be emptied: the job goes on where it was.
                wait_s = _AGAIN_S
                faults.tell(logger, error, _HALTED, _AGAIN_S)
            finally:
                connection.close()


def _recalculate() -> None:
    if count := calibrations.recalculate():
        logger.info("Worked out the hours and days of %d calibrated sensors.", count)
