"""What a look at the house brought, and how it becomes events with deliveries of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from alerts import outbox
from alerts.models import Condition, Event
from readings.locks import write_transaction


@dataclass(frozen=True, slots=True)
class News:
    """Something began (`is_raised`) or ended at a time. `is_told` False: listed, sent nowhere."""

    cause: str
    kind: str
    is_raised: bool
    at: int
    details: dict[str, Any]
    is_severe: bool = False
    is_told: bool = True


@dataclass(slots=True)
class Found:
    """What one look found: conditions that stand otherwise now, and the news of it."""

    conditions: list[Condition] = field(default_factory=list)
    news: list[News] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)  # causes that nobody watches for any more

    def add(self, condition: Condition, news: News) -> None:
        condition.is_raised, condition.changed_at = news.is_raised, news.at
        self.conditions.append(condition)
        self.news.append(news)


def conditions(prefix: str) -> dict[str, Condition]:
    """Return how things stand with every cause of a kind, e.g. of `silence:`."""
    return {one.cause: one for one in Condition.objects.filter(cause__startswith=prefix)}


def publish(found: Sequence[Found], now: int) -> list[Event]:
    """Keep what was found, with its events and their deliveries: all of it or nothing.

    A stop in between is as if nobody had looked yet: nothing is told twice or forgotten.
    """
    if not any(one.conditions or one.news or one.gone for one in found):
        return []
    with write_transaction():
        for one in found:
            for condition in one.conditions:
                condition.save()
            Condition.objects.filter(cause__in=one.gone).delete()
        return [_keep(news, now) for one in found for news in one.news]


def _keep(news: News, now: int) -> Event:
    event = Event.objects.create(
        cause=news.cause,
        kind=news.kind,
        is_raised=news.is_raised,
        is_severe=news.is_severe,
        happened_at=news.at,
        created_at=now,
        details=news.details,
    )
    if news.is_told:
        outbox.queue(event, now)
    return event
