"""Inside against outside, in one sentence. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

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
        return _missing(outside)
    if inner is None:
        return _missing(inside)
    return _compared(outer - inner, unit)


def _compared(difference: float, unit: TemperatureUnit) -> str:
    if abs(difference) < _AS_WARM_C:
        return _("It is as warm outside as inside.")
    amount = display.number(units.celsius_difference_to(unit, abs(difference)), "temperature")
    if difference < 0:
        return _("It is %(amount)s cooler outside than inside.") % {"amount": f"{amount} °{unit}"}
    return _("It is %(amount)s warmer outside than inside.") % {"amount": f"{amount} °{unit}"}


def _mean(places: Sequence[Place]) -> float | None:
    fresh = [p.celsius for p in places if p.celsius is not None and p.state in ("live", "late")]
    return sum(fresh) / len(fresh) if fresh else None


def _missing(places: Sequence[Place]) -> str:
    heard = [place for place in places if place.quiet_s is not None]
    if not heard:
        return _("No comparison yet: %(name)s has not posted a temperature.") % {
            "name": places[0].name
        }
    last = min(heard, key=lambda place: place.quiet_s or 0)
    if last.state == "silent":
        return _("No comparison: %(name)s has been silent for %(duration)s.") % {
            "name": last.name,
            "duration": display.duration(last.quiet_s or 0),
        }
    return _("No comparison: %(name)s measures no temperature.") % {"name": last.name}
