"""Sends a test now, and says in a sentence what came of it."""

from __future__ import annotations

from alerts import outbox
from alerts.courier import carry
from alerts.models import Browser, Channel, Delivery, Event, Kind
from alerts.outgoing.outcomes import Outcome
from readings.locks import write_transaction
from readings.times import MINUTE_MS, now_ms

# The watcher leaves it alone meanwhile, and sends it should this process end.
_OURS_FOR_MS = 10 * MINUTE_MS


def send_test(channel: Channel) -> Outcome:
    """Send a test to a channel, quiet hours or not, and wait for the outcome."""
    deliveries = _queue(channel)
    if not deliveries:
        text = "No browser asks to be told yet. Open /alerts/ with one and switch it on there."
        return Outcome(is_ok=False, text=text)
    outcomes = [outcome for one in deliveries if (outcome := carry(one))]
    if len(outcomes) == 1:
        return outcomes[0]
    failed = [outcome for outcome in outcomes if not outcome.is_ok]
    if not failed:
        return Outcome(is_ok=True, text=f"All {len(outcomes)} push services took it.")
    text = f"{len(failed)} of {len(outcomes)} browsers cannot be told. {failed[0].text}"
    return Outcome(is_ok=False, text=text)


def _queue(channel: Channel) -> list[Delivery]:
    now = now_ms()
    with write_transaction():
        places: list[Browser | None] = list(outbox.destinations(channel))
        if not places:
            return []
        event = Event.objects.create(
            cause=f"test:{channel.pk}",
            kind=Kind.TEST,
            is_raised=True,
            happened_at=now,
            created_at=now,
        )
        return [
            Delivery.objects.create(
                event=event, channel=channel, browser=browser, due_at=now + _OURS_FOR_MS
            )
            for browser in places
        ]
