"""The courier: real messages to real receivers, and nobody waits for anybody."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Queue

import pytest
from django.db import OperationalError, connection, transaction

from alerts import courier, outbox
from alerts.courier import Courier, carry
from alerts.models import Browser, Channel, Delivery, Event, Kind
from alerts.outgoing import dispatch
from alerts.outgoing.outcomes import Outcome
from readings.times import MINUTE_MS, SECOND_MS, now_ms
from tests.alerts.conftest import Clock
from tests.alerts.receivers import Mailbox, Receiver
from tests.factories import make_channel
from tests.patience import PATIENCE_S

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
            self.go_on.wait(PATIENCE_S)
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
        begun = {sent.begun.get(timeout=PATIENCE_S) for _ in range(3)}
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
        assert {done.get(timeout=PATIENCE_S), done.get(timeout=PATIENCE_S)} == {"broken", "whole"}
    assert "broken: a message could not be sent" in caplog.text


def _breaks(delivery: Delivery) -> Outcome:
    raise RuntimeError("needle")


def test_what_a_sender_breaks_on_is_a_failure_and_waits_as_one(clock: Clock) -> None:
    make_channel()
    _event()
    Delivery.objects.update(due_at=clock.now)
    (delivery,) = outbox.due(clock.now)
    carry(delivery, _breaks)
    after = Delivery.objects.get()
    assert (after.state, after.attempts, after.begun_at) == ("waiting", 1, None)
    assert after.due_at == clock.now + 30 * SECOND_MS
    assert after.outcome == "It could not be sent (RuntimeError). The log tells why."


def test_what_was_interrupted_may_have_arrived() -> None:
    def send(delivery: Delivery) -> Outcome:
        raise dispatch.Interrupted

    make_channel()
    _event()
    (delivery,) = outbox.due(now_ms())
    with pytest.raises(dispatch.Interrupted):
        carry(delivery, send)
    assert Delivery.objects.get().begun_at is not None


def _locked(*_: object) -> None:
    raise OperationalError("database is locked")


def test_after_an_error_it_does_not_look_again_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_channel()
    _event()
    monkeypatch.setattr(outbox, "begin", _locked)
    one = Courier(Sent())
    one.send_due()
    one._pool.shutdown()
    assert not one._wake.is_set()


def test_what_came_of_a_message_is_written_later_and_the_message_not_sent_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_channel()
    _event()
    real, written, sent = outbox.end, threading.Event(), Sent()

    def end(delivery: Delivery, outcome: Outcome, now: int) -> None:
        monkeypatch.setattr(outbox, "end", second)
        _locked()

    def second(delivery: Delivery, outcome: Outcome, now: int) -> None:
        real(delivery, outcome, now)
        written.set()

    monkeypatch.setattr(outbox, "end", end)
    monkeypatch.setattr(courier, "_LOOK_EVERY_S", 0.01)
    with _courier(sent):
        assert written.wait(PATIENCE_S)
    assert sent.begun.qsize() == 1
    after = Delivery.objects.get()
    assert (after.state, after.attempts, after.may_have_arrived) == ("sent", 1, False)


def test_an_end_that_cannot_be_written_holds_up_no_other_destination(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stuck = make_channel()
    make_channel()
    events, written, real = [_event("silence:1")], Queue[Event](), outbox.end

    def end(delivery: Delivery, outcome: Outcome, now: int) -> None:
        if delivery.channel == stuck:
            _locked()
        real(delivery, outcome, now)
        written.put(delivery.event)

    monkeypatch.setattr(outbox, "end", end)
    monkeypatch.setattr(courier, "_LOOK_EVERY_S", 0.01)
    with _courier(Sent()):
        assert written.get(timeout=PATIENCE_S) == events[0]
        events.append(_event("silence:2"))
        assert written.get(timeout=PATIENCE_S) == events[1]


def test_a_browser_that_is_gone_is_forgotten_though_the_disk_refused_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_channel(way=Channel.Way.BROWSERS)
    Browser.objects.create(digest="a", endpoint="a", created_at=0)
    _event()
    (delivery,) = outbox.due(now_ms())
    assert delivery.browser is not None
    with transaction.atomic():
        outbox.forget_browser(delivery.browser)
        transaction.set_rollback(True)  # as a commit that the disk refuses
    outbox.forget_browser(delivery.browser)
    assert not Browser.objects.exists()


def test_at_its_end_it_finishes_what_is_on_its_way() -> None:
    make_channel()
    sent = Sent()
    _event()
    with _courier(sent):
        sent.begun.get(timeout=PATIENCE_S)
    assert Delivery.objects.get().state == "sent"


def test_beginnings_and_ends_arrive_in_order() -> None:
    make_channel()
    events = [_event(is_raised=number % 2 == 0) for number in range(6)]
    sent = Sent()
    with _courier(sent) as courier:
        courier.wake()
        order = [sent.begun.get(timeout=PATIENCE_S).partition(": ")[2] for _ in events]
    assert order == [str(event) for event in events]
