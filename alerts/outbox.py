"""The outbox: each event for each channel, until it is sent, dropped or given up."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.conf import settings

from alerts.models import Browser, Channel, Delivery, Event, Kind
from alerts.outgoing.outcomes import Outcome
from alerts.quiet import quiet_until
from readings.locks import write_transaction
from readings.times import DAY_MS, HOUR_MS, SECOND_MS

logger = logging.getLogger("alerts.outbox")

_FIRST_WAIT_MS = 30 * SECOND_MS
_LONGEST_WAIT_MS = HOUR_MS
MOST_ATTEMPTS = 54  # half a minute, doubled to an hour, then hourly: two days
# No delivery waits longer: beyond, the clock has gone back.
_LONGEST_HOLD_MS = DAY_MS + HOUR_MS
_OVER = "It was over before the quiet hours were."
_OFF = "The channel was switched off."

State = Delivery.State
_OPEN = (State.WAITING, State.HELD)


def queue(event: Event, now: int) -> None:
    """Write down whom an event has to reach. Part of the transaction that keeps the event."""
    for channel in Channel.objects.filter(is_active=True):
        if channel.tells(event.kind):
            for browser in destinations(channel):
                _queue_one(event, channel, browser, now)


def due(now: int) -> list[Delivery]:
    """Return what is to be sent now: of one cause for one destination the oldest alone."""
    found, asked = [], set()
    open_ones = Delivery.objects.filter(state__in=_OPEN).order_by("event_id", "id")
    for one in open_ones.select_related("event", "channel", "browser"):
        place = (one.destination, one.event.cause)
        if place not in asked and _is_due(one, now):
            found.append(one)
        asked.add(place)
    return found


def begin(delivery: Delivery, now: int) -> bool:
    """Write down that an attempt begins; False when there is to be none now.

    Written before anything is sent: after a stop in the middle it is known that it
    may have arrived. There is none, too, when another was begun since the delivery was read.
    """
    is_test = delivery.event.kind == Kind.TEST
    if not delivery.channel.is_active and not is_test:
        _close(delivery, State.DROPPED, now, _OFF)
        return False
    if until := _quiet_until(delivery.event, delivery.channel, now):
        _save(delivery, state=State.HELD, due_at=until)
        return False
    return _save(
        delivery,
        state=State.WAITING,
        attempts=delivery.attempts + 1,
        may_have_arrived=delivery.may_have_arrived or delivery.begun_at is not None,
        begun_at=now,
    )


def end(delivery: Delivery, outcome: Outcome, now: int) -> None:
    """Write down what came of an attempt; what failed is tried again, ever later."""
    if outcome.is_ok:
        _close(delivery, State.SENT, now, outcome.text)
    elif delivery.event.kind == Kind.TEST:
        _close(delivery, State.GIVEN_UP, now, outcome.text)  # whoever tried it was told
    elif delivery.attempts >= MOST_ATTEMPTS:
        logger.error("%s: given up. %s", delivery.channel, outcome.text)
        _close(delivery, State.GIVEN_UP, now, outcome.text)
    else:
        if delivery.attempts == 1:
            logger.warning("%s: trying again later. %s", delivery.channel, outcome.text)
        due_at = now + wait_ms(delivery.attempts)
        _save(delivery, begun_at=None, due_at=due_at, outcome=outcome.text)


def forget_browser(browser: Browser) -> None:
    """Tell a browser nothing any more."""
    with write_transaction():
        # Its own `delete` would take its number, also where the commit fails.
        Browser.objects.filter(pk=browser.pk).delete()


def wait_ms(attempts: int) -> int:
    """Return how long to wait after so many attempts."""
    return min(_LONGEST_WAIT_MS, _FIRST_WAIT_MS << min(attempts - 1, 20))


def destinations(channel: Channel) -> Iterator[Browser | None]:
    """Return every browser of the browsers' channel; for any other None, for itself."""
    if channel.way == Channel.Way.BROWSERS:
        yield from Browser.objects.order_by("id")
    else:
        yield None


def _queue_one(event: Event, channel: Channel, browser: Browser | None, now: int) -> None:
    delivery = Delivery(event=event, channel=channel, browser=browser, due_at=now)
    if (held := _held(delivery)) is not None:
        # Nobody was told that it began, so nobody is told that it ended, or the reverse.
        _close(held, State.DROPPED, now, _OVER)
        delivery.state, delivery.ended_at, delivery.outcome = State.DROPPED, now, _OVER
    elif until := _quiet_until(event, channel, now):
        delivery.state, delivery.due_at = State.HELD, until
    delivery.save()


def _held(delivery: Delivery) -> Delivery | None:
    """Return what waits for the quiet hours to end, of the same cause and certainly unheard."""
    return Delivery.objects.filter(
        state=State.HELD,
        begun_at=None,
        may_have_arrived=False,
        channel=delivery.channel,
        browser=delivery.browser,
        event__cause=delivery.event.cause,
    ).first()


def _is_due(delivery: Delivery, now: int) -> bool:
    return delivery.due_at <= now or delivery.due_at - now > _LONGEST_HOLD_MS


def _quiet_until(event: Event, channel: Channel, now: int) -> int | None:
    if event.kind == Kind.TEST or (event.is_severe and channel.is_severe_at_any_hour):
        return None
    zone = ZoneInfo(settings.TIME_ZONE)
    return quiet_until(channel.quiet_from, channel.quiet_until, now, zone)


def _close(delivery: Delivery, state: str, now: int, outcome: str) -> None:
    _save(delivery, state=state, begun_at=None, ended_at=now, outcome=outcome)


def _save(delivery: Delivery, **values: object) -> bool:
    """Write values and nothing else; say whether they were written.

    They are not where the delivery was deleted meanwhile, or where another has begun it
    or brought it to its end since it was read: what that one wrote stands.
    """
    as_read = Delivery.objects.filter(pk=delivery.pk, state__in=_OPEN, attempts=delivery.attempts)
    for name, value in values.items():
        setattr(delivery, name, value)
    with write_transaction():
        return as_read.update(**values) == 1
