"""The courier: real messages to real receivers, and nobody waits for anybody."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Queue

import pytest
from django.db import connection

from alerts import outbox
from alerts.courier import Courier, carry
from alerts.models import Delivery, Event, Kind
from alerts.outgoing.outcomes import Outcome
from readings.times import MINUTE_MS, now_ms
from tests.alerts.receivers import WITHIN_S, Mailbox, Receiver
from tests.factories import make_channel

pytestmark = pytest.mark.django_db(transaction=True)

_OK = Outcome(True, "took it")


def _event(cause: str = "silence:1", is_raised: bool = True) -> Event:
    now = now_ms()
    event = Event.objects.create(
        cause=cause,
        kind=Kind.SILENCE,
        is_raised=is_raised,
        happened_at=now,
        created_at=now,
        details={"station": "Attic", "since": now, "lasted_s": 60},
    )
    outbox.queue(event, now)
    return event


class Sent:
    """What deliveries came to a sender of the test; each waits until it is let go."""

    def __init__(self) -> None:
        self.begun: Queue[str] = Queue()
        self.go_on = threading.Event()
        self.go_on.set()
        self.hold_up = ""

    def __call__(self, delivery: Delivery) -> Outcome:
        self.begun.put(f"{delivery.channel}: {delivery.event}")
        if str(delivery.channel) == self.hold_up:
            self.go_on.wait(WITHIN_S)
        return _OK


@contextmanager
def _courier(send: Callable[[Delivery], Outcome]) -> Iterator[Courier]:
    with Courier(send) as courier:
        try:
            yield courier
        finally:
            if isinstance(send, Sent):
                send.go_on.set()
    connection.close()


def test_it_sends_to_ntfy_and_by_mail(ntfy: Receiver, mail: tuple[Mailbox, str]) -> None:
    mailbox, url = mail
    make_channel(ntfy.url)
    make_channel(url)
    _event()
    with Courier():
        assert b"Attic is silent" in ntfy.next().body
        assert mailbox.next()["Subject"] == "Attic is silent"
    assert set(Delivery.objects.values_list("state", "outcome")) == {
        ("sent", "ntfy took it."),
        ("sent", "E-Mail took it."),
    }


def test_a_receiver_that_failed_gets_it_once_it_works(ntfy: Receiver) -> None:
    make_channel(ntfy.url)
    _event()
    ntfy.statuses.append(503)
    (delivery,) = outbox.due(now_ms())
    carry(delivery)
    assert Delivery.objects.get().state == "waiting"
    (again,) = outbox.due(now_ms() + MINUTE_MS)
    carry(again)
    assert ntfy.arrived.qsize() == 2
    assert Delivery.objects.get().state == "sent"


def test_what_was_sent_since_it_was_read_is_not_sent_again() -> None:
    """The courier may read a delivery just before the thread that carries it ends it."""
    make_channel()
    _event()
    ((early,), (late,)) = outbox.due(now_ms()), outbox.due(now_ms())
    sent = Sent()
    assert carry(early, sent) == _OK
    assert carry(late, sent) is None
    assert sent.begun.qsize() == 1
    assert Delivery.objects.get().attempts == 1


def test_one_that_is_slow_holds_up_no_other_and_not_the_watcher() -> None:
    make_channel(name="slow")
    make_channel(name="quick")
    sent = Sent()
    sent.hold_up = "slow"
    sent.go_on.clear()
    with _courier(sent) as courier:
        first, second = _event("silence:1"), _event("silence:2")
        courier.wake()
        begun = {sent.begun.get(timeout=WITHIN_S) for _ in range(3)}
    assert begun == {f"slow: {first}", f"quick: {first}", f"quick: {second}"}


def test_a_sender_that_breaks_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    make_channel(name="broken")
    make_channel(name="whole")
    done: Queue[str] = Queue()

    def send(delivery: Delivery) -> Outcome:
        done.put(str(delivery.channel))
        if str(delivery.channel) == "broken":
            raise RuntimeError("needle")
        return _OK

    _event()
    with _courier(send):
        assert {done.get(timeout=WITHIN_S), done.get(timeout=WITHIN_S)} == {"broken", "whole"}
    assert "broken: a message could not be sent" in caplog.text


def test_at_its_end_it_finishes_what_is_on_its_way() -> None:
    make_channel()
    sent = Sent()
    _event()
    with _courier(sent):
        sent.begun.get(timeout=WITHIN_S)
    assert Delivery.objects.get().state == "sent"


def test_beginnings_and_ends_arrive_in_order() -> None:
    make_channel()
    events = [_event(is_raised=number % 2 == 0) for number in range(6)]
    sent = Sent()
    with _courier(sent) as courier:
        courier.wake()
        order = [sent.begun.get(timeout=WITHIN_S).partition(": ")[2] for _ in events]
    assert order == [str(event) for event in events]
