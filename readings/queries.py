"""What pages and the watcher ask of the database."""

from __future__ import annotations

from django.db.models import Max

from readings.times import SECOND_MS
from stations.models import Station
from stations.state import State, state_after


def station_states(now: int) -> dict[str, State]:
    """Return the state of every active station by name; `now` in milliseconds."""
    stations = Station.objects.filter(is_active=True).annotate(
        heard_at=Max("sensors__latest__received_at")
    )
    return {
        station.name: state_after(quiet_seconds(station.heard_at, now), station.expected_interval_s)
        for station in stations
    }


def quiet_seconds(heard_at: int | None, now: int) -> float | None:
    """Return how long ago something was heard, None for never."""
    return None if heard_at is None else max(0, now - heard_at) / SECOND_MS
