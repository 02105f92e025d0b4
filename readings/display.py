"""Numbers and times as people read them. Pure."""

from __future__ import annotations

from datetime import datetime, tzinfo

from readings import units
from readings.times import from_ms
from readings.units import TemperatureUnit

MINUS = "\N{MINUS SIGN}"
_DECIMALS = {"temperature": 1, "humidity": 0, "pressure": 0, "wind_speed": 1, "rain": 1}


def number(value: float, quantity: str) -> str:
    """Return a value with as many decimals as its quantity deserves and a true minus."""
    text = f"{value:.{_DECIMALS.get(quantity, 1)}f}"
    if not text.strip("-0."):
        text = text.lstrip("-")
    return text.replace("-", MINUS)


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
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        count = int(seconds // size)
        if count:
            return f"{count} {name}{'s' if count > 1 else ''} ago"
    return "just now"


def duration(seconds: float) -> str:
    """Return a span, e.g. `40 minutes`."""
    text = ago(seconds)
    return "a moment" if text == "just now" else text.removesuffix(" ago")
