"""What the household's page lists: what is wrong now, and what happened lately."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Max, QuerySet

from alerts.models import Condition, Event, Kind
from alerts.sentences import Sentences, sentences
from readings.times import DAY_MS, from_ms
from readings.units import TemperatureUnit

_SHOWN_MS = 30 * DAY_MS
_AT_MOST = 100


@dataclass(frozen=True, slots=True)
class Line:
    at: datetime
    kind: str
    is_raised: bool
    text: Sentences

    @property
    def day(self) -> datetime:
        return self.at.replace(hour=0, minute=0, second=0, microsecond=0)

    @property
    def look(self) -> str:
        """Which colour and sign it has: `bad`, `good` or `advice`."""
        if self.kind == Kind.ADVICE:
            return "advice"
        return "bad" if self.is_raised else "good"


def recent(now: int, unit: TemperatureUnit, *, for_operator: bool) -> list[Line]:
    """Return the events of the last 30 days, newest first, at most a hundred."""
    events = Event.objects.filter(created_at__gte=now - _SHOWN_MS).exclude(kind=Kind.TEST)
    return _lines(events.order_by("-happened_at", "-id")[:_AT_MOST], unit, for_operator)


def standing(unit: TemperatureUnit, *, for_operator: bool) -> list[Line]:
    """Return what is wrong at this moment, the newest first. Advice is nothing wrong."""
    events = standing_events().exclude(kind=Kind.ADVICE)
    return _lines(events.order_by("-happened_at", "-id"), unit, for_operator)


def standing_events() -> QuerySet[Event]:
    """Return the newest beginning of everything that has begun and is not over."""
    raised = Condition.objects.filter(is_raised=True).values("cause")
    begun = Event.objects.filter(cause__in=raised, is_raised=True).order_by()
    newest = begun.values("cause").annotate(newest=Max("id")).values("newest")
    return Event.objects.filter(id__in=newest)


def _lines(events: Iterable[Event], unit: TemperatureUnit, for_operator: bool) -> list[Line]:
    zone = ZoneInfo(settings.TIME_ZONE)
    lines = []
    for event in events:
        text = sentences(event, unit)
        if event.kind == Kind.TROUBLE and not for_operator:
            text = Sentences(text.title, "")  # paths and commands are the operator's
        at = from_ms(event.happened_at).astimezone(zone)
        lines.append(Line(at, event.kind, event.is_raised, text))
    return lines
