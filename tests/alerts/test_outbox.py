"""The outbox: whom an event reaches, when, how often, and when it is let go."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from django.db import IntegrityError

from alerts import outbox
from alerts.models import Browser, Channel, Delivery, Event, Kind
from alerts.outgoing.outcomes import Outcome
from readings.times import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from tests.factories import make_channel

pytestmark = pytest.mark.django_db

_NOON = 1_790_000_000_000 - 4 * HOUR_MS  # 2026-09-21, 12:13 in Berlin
_NIGHT = _NOON + 12 * HOUR_MS
_QUIET = (time(22), time(7))
_MORNING = _NIGHT - 13 * MINUTE_MS - 20 * SECOND_MS + 7 * HOUR_MS
_OK, _FAILED = Outcome(True, "ntfy took it."), Outcome(False, "No answer.")


def _event(
    now: int = _NOON,
    cause: str = "silence:1",
    *,
    kind: str = Kind.SILENCE,
    is_raised: bool = True,
    is_severe: bool = False,
) -> Event:
    event = Event.objects.create(
        cause=cause,
        kind=kind,
        is_raised=is_raised,
        is_severe=is_severe,
        happened_at=now,
        created_at=now,
        details={"station": "Attic", "since": now},
    )
    outbox.queue(event, now)
    return event


def _states() -> list[str]:
    return list(Delivery.objects.order_by("id").values_list("state", flat=True))


def _send(now: int, outcome: Outcome = _OK) -> list[Event]:
    """Send what is due; return what it was about."""
    sent = []
    for delivery in outbox.due(now):
        if outbox.begin(delivery, now):
            sent.append(delivery.event)
            outbox.end(delivery, outcome, now)
    return sent


def test_an_event_is_due_at_once_for_every_channel_that_tells_its_kind() -> None:
    told = {make_channel().pk, make_channel().pk}
    make_channel(tells_silence=False)
    make_channel(is_active=False)
    _event()
    assert {delivery.channel_id for delivery in outbox.due(_NOON)} == told


@pytest.mark.parametrize(
    ("kind", "choice"),
    [
        (Kind.SILENCE, "tells_silence"),
        (Kind.THRESHOLD, "tells_thresholds"),
        (Kind.ADVICE, "tells_advice"),
        (Kind.TROUBLE, "tells_troubles"),
    ],
)
def test_a_new_channel_tells_every_kind_and_each_can_be_switched_off(
    kind: str, choice: str
) -> None:
    values: dict[str, Any] = {choice: False}
    make_channel(**values)
    assert make_channel().tells(kind)
    _event(kind=kind)
    assert Delivery.objects.count() == 1


def test_browsers_are_told_each_for_itself() -> None:
    make_channel(way=Channel.Way.BROWSERS)
    browsers = [
        Browser.objects.create(digest=name, endpoint=name, created_at=0) for name in ("a", "b")
    ]
    _event()
    assert [delivery.browser for delivery in outbox.due(_NOON)] == browsers


def test_what_was_sent_is_sent_once() -> None:
    make_channel()
    event = _event()
    assert _send(_NOON) == [event]
    assert _send(_NOON + DAY_MS) == []
    assert _states() == ["sent"]


def test_what_failed_is_tried_again_ever_later() -> None:
    make_channel()
    _event()
    waits = []
    now = _NOON
    for _attempt in range(10):
        assert _send(now, _FAILED)
        again = Delivery.objects.get().due_at
        waits.append((again - now) // SECOND_MS)
        assert _send(again - 1) == []
        now = again
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]


def test_after_two_days_of_failures_it_is_given_up_and_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    channel = make_channel(name="Mum's phone")
    _event()
    tried_for = sum(outbox.wait_ms(n) for n in range(1, outbox.MOST_ATTEMPTS))
    assert 1.9 * DAY_MS < tried_for < 2.1 * DAY_MS
    Delivery.objects.update(attempts=outbox.MOST_ATTEMPTS - 1)
    _send(_NOON, _FAILED)
    assert _states() == ["given up"]
    assert f"{channel}: given up. No answer." in caplog.text


def test_the_log_says_once_that_a_channel_fails(caplog: pytest.LogCaptureFixture) -> None:
    make_channel()
    _event()
    for hour in range(3):
        _send(_NOON + hour * HOUR_MS, _FAILED)
    assert caplog.text.count("trying again later. No answer.") == 1


def test_of_one_cause_the_older_event_goes_first() -> None:
    make_channel()
    began = _event()
    over = _event(_NOON + MINUTE_MS, is_raised=False)
    assert _send(_NOON + MINUTE_MS, _FAILED) == [began]
    assert _send(_NOON + HOUR_MS) == [began]
    assert _send(_NOON + HOUR_MS) == [over]


def test_a_message_that_fails_does_not_hold_up_other_causes_or_channels() -> None:
    make_channel()
    make_channel()
    events = [_event(), _event(cause="silence:2")]
    assert _send(_NOON) == [events[0], events[0], events[1], events[1]]


def test_in_quiet_hours_it_is_held_until_they_end() -> None:
    make_channel(quiet=_QUIET)
    event = _event(_NIGHT)
    assert _states() == ["held"]
    assert _send(_MORNING - 1) == []
    assert _send(_MORNING) == [event]


def test_what_is_over_before_the_quiet_hours_are_is_told_by_neither_message() -> None:
    make_channel(quiet=_QUIET)
    _event(_NIGHT)
    _event(_NIGHT + HOUR_MS, is_raised=False)
    assert _states() == ["dropped", "dropped"]
    assert _send(_MORNING) == []


def test_what_was_told_in_the_evening_is_not_told_again_in_the_morning() -> None:
    """It ended and began anew in the night: the family knows it as it is."""
    make_channel(quiet=_QUIET)
    _event(_NOON)
    _send(_NOON)
    _event(_NIGHT, is_raised=False)
    _event(_NIGHT + HOUR_MS)
    assert _states() == ["sent", "dropped", "dropped"]


def test_a_channel_without_quiet_hours_hears_of_it_at_night() -> None:
    make_channel()
    make_channel(quiet=_QUIET)
    _event(_NIGHT)
    assert len(_send(_NIGHT)) == 1


def test_a_severe_trouble_wakes_people() -> None:
    make_channel(quiet=_QUIET)
    event = _event(_NIGHT, "trouble:database", kind=Kind.TROUBLE, is_severe=True)
    assert _send(_NIGHT) == [event]


def test_a_severe_trouble_waits_where_that_is_wished() -> None:
    make_channel(quiet=_QUIET, is_severe_at_any_hour=False)
    _event(_NIGHT, "trouble:database", kind=Kind.TROUBLE, is_severe=True)
    assert _send(_NIGHT) == []


def test_a_message_that_failed_into_the_quiet_hours_is_held() -> None:
    make_channel(quiet=_QUIET)
    event = _event(_NOON)
    _send(_NOON, _FAILED)
    assert _send(_NIGHT) == []
    assert _states() == ["held"]
    assert _send(_MORNING) == [event]


def test_an_attempt_that_nobody_saw_end_is_made_again_and_says_so() -> None:
    make_channel()
    _event()
    (lost,) = outbox.due(_NOON)
    outbox.begin(lost, _NOON)
    (again,) = outbox.due(_NOON)
    outbox.begin(again, _NOON)
    assert not lost.may_have_arrived
    assert again.may_have_arrived


def test_what_may_have_arrived_is_not_dropped_with_its_end() -> None:
    """Somebody may know that it began."""
    make_channel(quiet=_QUIET)
    _event(_NOON)
    (delivery,) = outbox.due(_NOON)
    outbox.begin(delivery, _NOON)
    _send(_NIGHT)
    _event(_NIGHT, is_raised=False)
    assert _states() == ["held", "held"]


def test_a_channel_that_was_switched_off_gets_nothing_any_more() -> None:
    channel = make_channel()
    _event()
    channel.is_active = False
    channel.save()
    assert _send(_NOON) == []
    assert _states() == ["dropped"]


def test_a_clock_that_was_ahead_does_not_hold_messages_for_years() -> None:
    make_channel()
    event = _event()
    Delivery.objects.update(due_at=_NOON + 400 * DAY_MS)
    assert _send(_NOON) == [event]


def test_a_delivery_read_before_it_was_sent_is_not_reopened_by_the_quiet_hours() -> None:
    make_channel(quiet=_QUIET)
    _event(_NOON)
    (late,) = outbox.due(_NOON)
    _send(_NOON)
    assert not outbox.begin(late, _NIGHT)
    assert _states() == ["sent"]


def test_a_channel_deleted_meanwhile_is_not_told_any_more() -> None:
    channel = make_channel()
    _event()
    (delivery,) = outbox.due(_NOON)
    Channel.objects.filter(pk=channel.pk).delete()
    assert not outbox.begin(delivery, _NOON)


def test_a_channel_deleted_meanwhile_is_no_error() -> None:
    channel = make_channel()
    _event()
    (delivery,) = outbox.due(_NOON)
    channel.delete()
    outbox.end(delivery, _OK, _NOON)
    assert _states() == []


def test_the_database_takes_no_event_twice_for_one_channel() -> None:
    channel = make_channel()
    event = _event()
    with pytest.raises(IntegrityError):
        Delivery.objects.create(event=event, channel=channel, due_at=0)
