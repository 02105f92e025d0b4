"""The advice of this moment, for the dashboard and for alerts. Reads one row for each pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings

from alerts.advice.advise import Advice, Known, Side, advise
from alerts.advice.fold import State
from alerts.advice.forecast import Outlook
from alerts.advice.models import AdviceChange, AdvisedPair
from alerts.advice.pairs import default_choice
from alerts.advice.sentences import sentence
from alerts.advice.terms import Terms
from alerts.advice.wording import Viewer
from readings import clock, display, queries
from readings.queries import latest_of
from readings.times import SECOND_MS
from stations.models import Sensor, Station
from stations.state import grace_seconds


class Paired(NamedTuple):
    """Advice, the number that stays with its pair (0 before the watcher knows it), its room."""

    pair: int
    room: str
    advice: Advice


class Told(NamedTuple):
    """What alerts are made of."""

    pair: int
    is_open: bool | None
    sentence: str
    since: int


def advice_for(stations: Sequence[Station], now: int) -> list[Paired]:
    """Return the advice of each pair, given stations with their sensors; `now` in ms."""
    sensors = {sensor.pk: (sensor, station) for station in stations for sensor in _of(station)}
    found = []
    for pair in AdvisedPair.objects.filter(is_current=True):
        if pair.inside_id in sensors and pair.outside_id in sensors:
            found.append(_of_pair(pair, sensors, now))
    if not found and (choice := default_choice(stations, now)):
        inside, outside = (_side(*sensors[pk], now) for pk in choice[:2])
        known = Known(inside, outside)
        found = [Paired(0, inside.name, _advise(known, choice.terms, None, now))]
    return found


def all_current(now: int) -> list[Told]:
    """Return what each pair is told now, in the house's unit; what is in its quiet hours is not."""
    zone = ZoneInfo(settings.TIME_ZONE)
    viewer = Viewer(settings.DEFAULT_TEMPERATURE_UNIT, zone, now)
    return [
        Told(pair, advice.is_open, sentence(advice, viewer), advice.state.changed_at or now)
        for pair, _, advice in advice_for(queries.stations_for_dashboard(), now)
        if not advice.terms.is_quiet(display.moment(now, zone).time())
    ]


def current(now: int) -> Advice | None:
    """Return the advice of the first pair, the one at the top of the dashboard."""
    found = advice_for(queries.stations_for_dashboard(), now)
    return found[0].advice if found else None


def changes_since(change_id: int) -> list[AdviceChange]:
    """Return what changed after the change of this id, in the order it was found."""
    return list(AdviceChange.objects.filter(pk__gt=change_id).order_by("pk"))


def _of(station: Station) -> list[Sensor]:
    return list(station.sensors.all())


def _of_pair(pair: AdvisedPair, sensors: Mapping[int, tuple[Sensor, Station]], now: int) -> Paired:
    state = State.restored(pair.memory) if pair.memory else None
    inside, outside = (_side(*sensors[pk], now) for pk in (pair.inside_id, pair.outside_id))
    known = Known(
        inside,
        outside,
        recent_max=state.recent_max if state else None,
        outlook=Outlook(*pair.outlook) if pair.outlook else None,
        errors=[(lead, error) for lead, error in pair.errors],
    )
    return Paired(pair.pk, inside.name, _advise(known, Terms.restored(pair.terms), state, now))


def _advise(known: Known, terms: Terms, state: State | None, now: int) -> Advice:
    if not clock.clock_is_plausible():
        return Advice("clock", known, terms, state or State())
    return advise(known, terms, state, now)


def _side(sensor: Sensor, station: Station, now: int) -> Side:
    latest = latest_of(sensor)
    return Side(
        station.name,
        latest.value if latest else None,
        latest.measured_at if latest else None,
        fresh_ms=grace_seconds(station.expected_interval_s) * SECOND_MS,
        quiet_s=queries.quiet_seconds_of(station, now),
        is_silent=queries.state_of(station, now) == "silent",
    )
