"""One look at the house and at the server itself: every rule, and what is new."""

from __future__ import annotations

from alerts.looks import advice, silence, troubles
from alerts.looks.thresholds import ThresholdLook
from alerts.models import Event
from alerts.news import publish
from alerts.rules.advice import Adviser, no_adviser


class Lookout:
    """What it has told is in the database; it remembers nothing that a restart would miss."""

    def __init__(self, adviser: Adviser = no_adviser) -> None:
        self._adviser = adviser
        self._thresholds = ThresholdLook()
        self._is_listening = False

    def look_at_server(self, now: int) -> list[Event]:
        """Look for the server's own troubles; a wrong clock is one of them."""
        return publish([troubles.look(now)], now)

    def look_at_home(self, now: int) -> list[Event]:
        """Look at stations, thresholds and windows; only for a clock that can be right."""
        if not self._is_listening:
            silence.begin_to_listen(now)
            self._is_listening = True
        looks = [silence.look(now), self._thresholds.look(now), advice.look(now, self._adviser)]
        events = publish(looks, now)
        self._thresholds.go_on()
        return events
