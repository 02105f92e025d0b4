"""Inside against outside, in one sentence. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from readings import display, units
from readings.units import TemperatureUnit
from stations.state import State

_AS_WARM_C = 0.05


@dataclass(frozen=True, slots=True)
class Place:
    """A station's temperature now, in Celsius, and how fresh it is."""

    name: str
    placement: str
    state: State
    celsius: float | None
    quiet_s: float | None


def sentence(places: Sequence[Place], unit: TemperatureUnit) -> str:
    """Compare the house with the air outside; say why when that cannot be done.

    Several stations on one side count as their mean. Returns "" while a
    side has no station at all: there is nothing to compare yet.
    """
    inside = [place for place in places if place.placement == "indoor"]
    outside = [place for place in places if place.placement == "outdoor"]
    if not inside or not outside:
        return ""
    inner, outer = _mean(inside), _mean(outside)
    if outer is None:
        return _missing("outside", outside)
    if inner is None:
        return _missing("inside", inside)
    return _compared(outer - inner, unit)


def _compared(difference: float, unit: TemperatureUnit) -> str:
    if abs(difference) < _AS_WARM_C:
        return "It is as warm outside as inside."
    amount = display.number(units.celsius_difference_to(unit, abs(difference)), "temperature")
    word = "cooler" if difference < 0 else "warmer"
    return f"It is {amount} °{unit} {word} outside than inside."


def _mean(places: Sequence[Place]) -> float | None:
    fresh = [p.celsius for p in places if p.celsius is not None and p.state in ("live", "late")]
    return sum(fresh) / len(fresh) if fresh else None


def _missing(side: str, places: Sequence[Place]) -> str:
    heard = [place for place in places if place.quiet_s is not None]
    if not heard:
        return f"No comparison yet: {places[0].name} has not posted a temperature."
    last = min(heard, key=lambda place: place.quiet_s or 0)
    if last.state == "silent":
        return (
            f"No comparison: {last.name} has been silent for {display.duration(last.quiet_s or 0)}."
        )
    return f"No comparison: {last.name} measures no temperature {side}."
