"""The pieces that sentence and explanation are made of."""

from __future__ import annotations

from datetime import tzinfo
from typing import NamedTuple

from django.utils.translation import gettext as _

from alerts.advice.advise import Advice
from readings import display, units
from readings.times import HOUR_MS
from readings.units import TemperatureUnit

AS_WARM = 0.05
_SINCE_AT_MOST_MS = 20 * HOUR_MS  # longer ago, a time of day would be taken for today's


class Viewer(NamedTuple):
    """Who reads it: the unit to show, the house's time zone, and what time it is."""

    unit: TemperatureUnit
    zone: tzinfo
    now: int


def comparison(advice: Advice, viewer: Viewer, *, with_since: bool = True) -> str:
    """Return e.g. `1.8 °C cooler outside since 21:40`."""
    difference = advice.difference or 0.0
    if abs(difference) < AS_WARM:
        return _("as warm outside as inside")
    is_cooler = difference > 0
    said = {"amount": amount(abs(difference), viewer), "time": ""}
    since = _since(advice, viewer, is_cooler) if with_since else None
    if since is None:
        if is_cooler:
            return _("%(amount)s cooler outside") % said
        return _("%(amount)s warmer outside") % said
    said["time"] = display.clock(since, viewer.zone)
    if is_cooler:
        return _("%(amount)s cooler outside since %(time)s") % said
    return _("%(amount)s warmer outside since %(time)s") % said


def _since(advice: Advice, viewer: Viewer, is_cooler: bool) -> int | None:
    """Return since when, unless the newest values have crossed a moment ago."""
    since = advice.state.turned_at
    if since is None or is_cooler != advice.state.is_cooler:
        return None
    return since if viewer.now - since <= _SINCE_AT_MOST_MS else None


def span(minutes: int) -> str:
    """Return e.g. `20 min`, `1 h 30 min`."""
    hours, rest = divmod(minutes, 60)
    said = {"hours": hours, "minutes": rest}
    if not hours:
        return _("%(minutes)d min") % said
    return (_("%(hours)d h %(minutes)d min") if rest else _("%(hours)d h")) % said


def degrees(celsius: float | None, viewer: Viewer) -> str:
    if celsius is None:
        return "–"
    shown = display.in_unit(celsius, "temperature", viewer.unit)
    return f"{display.number(shown, 'temperature')} °{viewer.unit}"


def amount(difference: float, viewer: Viewer) -> str:
    """Return a difference of temperatures, e.g. `1.8 °C`."""
    shown = units.celsius_difference_to(viewer.unit, difference)
    return f"{display.number(shown, 'temperature')} °{viewer.unit}"


def signed(difference: float, viewer: Viewer) -> str:
    """Return e.g. `+0.4 °C`."""
    text = amount(difference, viewer)
    is_zero = not any(digit in text for digit in "123456789")
    return f"+{text}" if difference > 0 and not is_zero else text
