"""Numbers and times as people read them, in the active language. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

from django.utils.formats import get_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from readings import units
from readings.times import from_ms
from readings.units import TemperatureUnit
from stations.state import State

MINUS = "\N{MINUS SIGN}"
LEAST_SPAN = 1.0  # of what is drawn: a flat day must look flat, not like noise blown up
_DECIMALS = {"temperature": 1, "humidity": 0, "pressure": 0, "wind_speed": 1, "rain": 1}

STATE_NAMES: dict[State, Promise] = {
    "live": gettext_lazy("live"),
    "late": gettext_lazy("late"),
    "silent": gettext_lazy("silent"),
    "waiting": gettext_lazy("waiting"),
}
_AGO = (
    (86_400, ngettext_lazy("%(count)d day ago", "%(count)d days ago", "count")),
    (3_600, ngettext_lazy("%(count)d hour ago", "%(count)d hours ago", "count")),
    (60, ngettext_lazy("%(count)d minute ago", "%(count)d minutes ago", "count")),
)
_DURATION = (
    (86_400, ngettext_lazy("%(count)d day", "%(count)d days", "count")),
    (3_600, ngettext_lazy("%(count)d hour", "%(count)d hours", "count")),
    (60, ngettext_lazy("%(count)d minute", "%(count)d minutes", "count")),
)


def number(value: float, quantity: str) -> str:
    """Return a value with as many decimals as its quantity deserves and a true minus."""
    text = plain_number(value, quantity).replace("-", MINUS)
    return text.replace(".", get_format("DECIMAL_SEPARATOR"))


def plain_number(value: float, quantity: str) -> str:
    """Return the same for programs: in ASCII, whatever the language."""
    text = f"{value:.{_DECIMALS.get(quantity, 1)}f}"
    return text if text.strip("-0.") else text.lstrip("-")


def in_unit(value: float, quantity: str, unit: TemperatureUnit) -> float:
    """Return a stored value as this viewer wants it."""
    return units.celsius_to(unit, value) if quantity == "temperature" else value


def unit_label(quantity: str, stored: str, unit: TemperatureUnit) -> str:
    """Return the unit to print: the viewer's for temperatures, else as stored."""
    if quantity == "temperature":
        return f"°{unit}"
    return units.CANONICAL.get(quantity, stored)


def clock(ms: int, zone: tzinfo) -> str:
    """Return a time of day in the house's zone, e.g. `05:42`."""
    return from_ms(ms).astimezone(zone).strftime("%H:%M")


def moment(ms: int, zone: tzinfo) -> datetime:
    return from_ms(ms).astimezone(zone)


def ago(seconds: float) -> str:
    """Return how long ago something was, e.g. `3 minutes ago`. `app.js` keeps it true."""
    return _counted(seconds, _AGO) or _("just now")


def duration(seconds: float) -> str:
    """Return a span, e.g. `40 minutes`."""
    return _counted(seconds, _DURATION) or _("a moment")


def _counted(seconds: float, words: Sequence[tuple[int, Any]]) -> str:
    """Return the largest unit that goes into a span, counted; nothing below the smallest."""
    for size, counted in words:
        if count := int(seconds // size):
            return str(counted % {"count": count})
    return ""
