"""Which thermometers are compared: those the household chose, else the first of each side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from alerts.advice.models import AdvisedPair, Adviser
from alerts.advice.terms import Terms
from readings.locks import write_transaction
from readings.queries import latest_of, quiet_seconds_of
from readings.times import DAY_MS, SECOND_MS
from stations.models import Placement, Sensor, Station


class Choice(NamedTuple):
    inside_id: int
    outside_id: int
    terms: Terms


def default_choice(stations: Iterable[Station], now: int) -> Choice | None:
    """Return the pair of a household that chose none; None while a side has no thermometer.

    Stations come with their sensors. Real ones go before the demo, those heard of within a
    day before abandoned ones, older ones before newer ones.
    """
    stations = list(stations)
    inside = _first_thermometer(stations, Placement.INDOOR, now)
    outside = _first_thermometer(stations, Placement.OUTDOOR, now)
    return Choice(inside.pk, outside.pk, Terms()) if inside and outside else None


def sync(stations: Sequence[Station], now: int) -> list[AdvisedPair]:
    """Write down which pairs are current and on what terms; return them in their order."""
    wanted = _wanted(stations, now)
    pairs = AdvisedPair.objects.select_related("inside__station", "outside__station")
    held = {(pair.inside_id, pair.outside_id): pair for pair in pairs}
    changed = list(_changes(wanted, held))
    if changed:
        with write_transaction():
            for pair in changed:
                pair.save()
    return sorted((pair for pair in held.values() if pair.is_current), key=lambda p: p.place)


def _wanted(stations: Sequence[Station], now: int) -> list[Choice]:
    chosen = [
        Choice(adviser.inside_id, adviser.outside_id, adviser.terms)
        for adviser in Adviser.objects.filter(is_active=True)
    ]
    known = {sensor.pk for station in stations for sensor in station.sensors.all()}
    chosen = [c for c in chosen if c.inside_id in known and c.outside_id in known]
    if chosen:
        return chosen
    default = default_choice(stations, now)
    return [default] if default else []


def _changes(
    wanted: Sequence[Choice], held: dict[tuple[int, int], AdvisedPair]
) -> Iterator[AdvisedPair]:
    """Yield the pairs that are not yet as they are wanted; new ones are added to `held`."""
    places = {(one.inside_id, one.outside_id): place for place, one in enumerate(wanted)}
    for key, pair in held.items():
        if pair.is_current and key not in places:
            pair.is_current = False
            yield pair
    for place, choice in enumerate(wanted):
        key, terms = (choice.inside_id, choice.outside_id), choice.terms.stored()
        found = held.get(key)
        if found is None:
            found = held[key] = AdvisedPair(inside_id=key[0], outside_id=key[1])
        elif found.is_current and found.place == place and found.terms == terms:
            continue
        if found.terms != terms:
            found.memory = None  # on other terms the days before went otherwise
        found.is_current, found.place, found.terms = True, place, terms
        yield found


def _first_thermometer(stations: Iterable[Station], placement: str, now: int) -> Sensor | None:
    found = [
        (station.is_demo, _is_abandoned(station, now), sensor.pk, sensor)
        for station in stations
        if station.placement == placement
        for sensor in station.sensors.all()
        if sensor.quantity == "temperature" and latest_of(sensor)
    ]
    return min(found)[-1] if found else None


def _is_abandoned(station: Station, now: int) -> bool:
    quiet_s = quiet_seconds_of(station, now)
    return quiet_s is None or quiet_s * SECOND_MS > DAY_MS
