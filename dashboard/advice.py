"""The advice at the top of the dashboard: what to do, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.advice.explanation import explanation
from alerts.advice.now import Paired, advice_for
from alerts.advice.sentences import sentence
from alerts.advice.wording import Viewer
from readings import display
from stations.models import Station


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the explanation. The page says how long ago `measured_at` is."""

    label: str
    text: str
    measured_at: datetime | None


@dataclass(frozen=True, slots=True)
class Shown:
    """Advice as one viewer reads it. `room` is "" where there is but one piece of advice."""

    pair: int
    room: str
    sentence: str
    lines: tuple[Line, ...]


def advice_shown(stations: Sequence[Station], viewer: Viewer) -> list[Shown]:
    """Return the advice, the most important first; in one query."""
    paired = advice_for(stations, viewer.now)
    return [_shown(one, viewer, has_others=len(paired) > 1) for one in paired]


def _shown(one: Paired, viewer: Viewer, *, has_others: bool) -> Shown:
    lines = [
        Line(label, text, None if at is None else display.moment(at, viewer.zone))
        for label, text, at in explanation(one.advice, viewer)
    ]
    room = one.room if has_others else ""
    return Shown(one.pair, room, sentence(one.advice, viewer), tuple(lines))
