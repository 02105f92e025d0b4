"""Which thermometers are compared: those the household chose, else the first of each side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from alerts.advice.models import AdvisedPair, Adviser
from alerts.advice.terms import Terms
from history.pair import first_pair
from readings.locks import write_transaction
from stations.models import Station

# What is written here; the rest is the fold's, which goes on meanwhile.
_FIELDS = ("is_current", "place", "terms")


class Choice(NamedTuple):
    inside_id: int
    outside_id: int
    terms: Terms


def default_choice(stations: Iterable[Station], now: int) -> Choice | None:
    """Return the pair of a household that chose none; None while a side has no thermometer.

    Stations come with their sensors; `now` in milliseconds.
    """
    found = first_pair(stations, now)
    return Choice(found[0].pk, found[1].pk, Terms()) if found else None


def current_ids() -> list[tuple[int, int]]:
    """Return the sensors that are compared now, inside and outside, in the pairs' order."""
    return list(AdvisedPair.objects.filter(is_current=True).values_list("inside_id", "outside_id"))


def sync(stations: Sequence[Station], now: int) -> list[AdvisedPair]:
    """Write down which pairs are current and on what terms; return them in their order."""
    wanted = _wanted(stations, now)
    pairs = AdvisedPair.objects.select_related("inside__station", "outside__station")
    held = {(pair.inside_id, pair.outside_id): pair for pair in pairs}
    changed = list(_changes(wanted, held))
    if changed:
        with write_transaction():
            for pair, fields in changed:
                pair.save(update_fields=fields)
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
) -> Iterator[tuple[AdvisedPair, Sequence[str] | None]]:
    """Yield the pairs that are not yet as they are wanted, and which of their fields to write.

    New ones are added to `held` and written whole.
    """
    places = {(one.inside_id, one.outside_id): place for place, one in enumerate(wanted)}
    for key, pair in held.items():
        if pair.is_current and key not in places:
            pair.is_current = False
            yield pair, _FIELDS
    for place, choice in enumerate(wanted):
        key, terms = (choice.inside_id, choice.outside_id), choice.terms.stored()
        fields: Sequence[str] | None = _FIELDS
        found = held.get(key)
        if found is None:
            found = held[key] = AdvisedPair(inside_id=key[0], outside_id=key[1])
            fields = None
        elif found.is_current and found.place == place and found.terms == terms:
            continue
        elif found.terms != terms:
            found.memory = None  # on other terms the days before went otherwise
            fields = (*_FIELDS, "memory")
        found.is_current, found.place, found.terms = True, place, terms
        yield found, fields
