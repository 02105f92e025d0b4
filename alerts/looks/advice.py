"""Looks for what the window adviser says otherwise than before."""

from __future__ import annotations

from alerts.models import Condition, Kind
from alerts.news import Found, News, conditions
from alerts.rules.advice import Adviser, news

_PREFIX = "advice:"


def look(now: int, adviser: Adviser) -> Found:
    """Compare the advice of this moment with what was told last."""
    kept = conditions(_PREFIX)
    were_open = {int(cause.removeprefix(_PREFIX)): one.is_raised for cause, one in kept.items()}
    found = Found()
    for one in news(were_open, adviser(now)):
        cause = f"{_PREFIX}{one.pair}"
        condition = kept.get(cause) or Condition(cause=cause)
        details = {"sentence": one.sentence}
        found.add(condition, News(cause, Kind.ADVICE, bool(one.is_open), one.since, details))
    return found
