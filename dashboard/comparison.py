"""What to say while inside and outside cannot be compared: a side has no thermometer. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Place:
    """A station: whether it was ever heard of, and whether it measures temperatures."""

    name: str
    placement: str
    was_heard: bool
    has_thermometer: bool


def sentence(places: Sequence[Place]) -> str:
    """Return why there is no advice; "" while a side has no station, or lacks nothing."""
    sides = [[p for p in places if p.placement == side] for side in ("outdoor", "indoor")]
    if not all(sides):
        return ""
    for side in sides:
        if not any(place.has_thermometer for place in side):
            return _missing(side)
    return ""


def _missing(side: Sequence[Place]) -> str:
    heard = [place for place in side if place.was_heard]
    if not heard:
        return _("No advice yet: %(name)s has not posted a temperature") % {"name": side[0].name}
    return _("No advice: %(name)s measures no temperature") % {"name": heard[0].name}
