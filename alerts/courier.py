"""Carries deliveries out, in threads of its own beside the watcher's rounds."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Self

from django.db import connection

from alerts import outbox, sending
from alerts.models import Delivery
from alerts.outgoing import dispatch
from alerts.outgoing.outcomes import Outcome
from readings import faults
from readings.times import now_ms

logger = logging.getLogger("alerts.courier")

_LOOK_EVERY_S = 10
_AT_A_TIME = 4
_STOP_WITHIN_S = 10  # the supervisor kills after 15


class Courier:
    """`with Courier() as courier:` sends what is due, until the block ends.

    One destination never waits for another: each has at most one message on its way.
    """

    def __init__(self, send: Callable[[Delivery], Outcome] = sending.send) -> None:
        self._send = send
        self._busy: set[tuple[object, ...]] = set()
        # What came of messages, by delivery, where the database could not take it yet.
        self._unwritten: dict[int, tuple[Delivery, Outcome]] = {}
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._is_stopping = False
        self._pool = ThreadPoolExecutor(_AT_A_TIME, thread_name_prefix="courier")
        self._thread = threading.Thread(target=self._go_on, name="courier", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        """Stop. What is on its way ends by itself, or is sent again."""
        self.stop()
        self._thread.join(_STOP_WITHIN_S)
        if self._thread.is_alive():
            dispatch.end_all()

    def stop(self) -> None:
        """Begin nothing more; the end of the block waits for what has begun."""
        self._is_stopping = True
        self._wake.set()

    def wake(self) -> None:
        """Look at once: something is new."""
        self._wake.set()

    def send_due(self) -> None:
        """Hand out everything that is due and whose destination is free."""
        for delivery in outbox.due(now_ms()):
            if self._is_stopping or not self._take(delivery):
                continue
            self._pool.submit(self._carry, delivery)

    def _go_on(self) -> None:
        while not self._is_stopping:
            try:
                self.send_due()
            except Exception as error:
                text = "Nothing could be sent; looking again in %s s"
                faults.tell(logger, error, text, _LOOK_EVERY_S)
            finally:
                connection.close()
            self._wake.wait(_LOOK_EVERY_S)
            self._wake.clear()  # ahead of the next look at what it is to end or to send
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _take(self, delivery: Delivery) -> bool:
        with self._lock:
            if delivery.destination in self._busy:
                return False
            self._busy.add(delivery.destination)
            return True

    def _carry(self, delivery: Delivery) -> None:
        is_pause_needed = False
        try:
            self._carry_on(delivery)
        except dispatch.Interrupted:
            pass  # begun and never ended, as the outbox knows: it is sent again
        except Exception as error:
            # Of the database, most likely: it would not be better at once.
            is_pause_needed = True
            faults.tell(logger, error, "%s: the outbox could not be written", delivery.channel)
        finally:
            connection.close()
            with self._lock:
                self._busy.discard(delivery.destination)
            if not is_pause_needed:
                self._wake.set()  # the next one of this destination

    def _carry_on(self, delivery: Delivery) -> None:
        """Send it, unless that was done and only what came of it is still to be written."""
        if delivery.pk not in self._unwritten:
            outcome = _attempt(delivery, self._send)
            if outcome is None:
                return
            self._unwritten[delivery.pk] = (delivery, outcome)
        _write_down(*self._unwritten[delivery.pk])
        del self._unwritten[delivery.pk]


def carry(delivery: Delivery, send: Callable[[Delivery], Outcome] = sending.send) -> Outcome | None:
    """Send one delivery and write down what came of it; None when it is not to be sent now."""
    outcome = _attempt(delivery, send)
    if outcome is not None:
        _write_down(delivery, outcome)
    return outcome


def _attempt(delivery: Delivery, send: Callable[[Delivery], Outcome]) -> Outcome | None:
    """Send it if it is to be sent now. A sender that breaks has failed, as a service may."""
    if not outbox.begin(delivery, now_ms()):
        return None
    try:
        return send(delivery)
    except dispatch.Interrupted:
        raise
    except Exception as error:
        logger.exception("%s: a message could not be sent", delivery.channel)
        text = f"It could not be sent ({type(error).__name__}). The log tells why."
        return Outcome(is_ok=False, text=text)


def _write_down(delivery: Delivery, outcome: Outcome) -> None:
    if outcome.is_gone and delivery.browser is not None:
        outbox.forget_browser(delivery.browser)
    else:
        outbox.end(delivery, outcome, now_ms())
