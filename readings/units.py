"""Units: what a board may send, what is stored, what a viewer sees. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

TemperatureUnit = Literal["C", "F"]

CANONICAL = {
    "temperature": "C",
    "humidity": "%",
    "pressure": "hPa",
    "wind_speed": "m/s",
    "rain": "mm",
}

_TO_CANONICAL: dict[tuple[str, str], Callable[[float], float]] = {
    ("temperature", "F"): lambda f: (f - 32) / 1.8,
    ("temperature", "K"): lambda k: k - 273.15,
    ("pressure", "Pa"): lambda pa: pa / 100,
    ("pressure", "inHg"): lambda inches: inches * 33.863886666667,
    ("wind_speed", "km/h"): lambda kmh: kmh / 3.6,
    ("wind_speed", "mph"): lambda mph: mph * 0.44704,
    ("rain", "in"): lambda inches: inches * 25.4,
}

# What air in and around a house can physically be. Values beyond are stored,
# flagged as outliers and kept out of summaries.
_PHYSICAL = {
    "temperature": (-90.0, 80.0),
    "humidity": (0.0, 100.0),
    "pressure": (300.0, 1100.0),
    "wind_speed": (0.0, 120.0),
    "rain": (0.0, 2000.0),
}
_ANYTHING = (float("-inf"), float("inf"))


def converter(quantity: str, unit: str) -> Callable[[float], float] | None:
    """Return what turns a value sent in `unit` into the stored one; None leaves it as it is."""
    return _TO_CANONICAL.get((quantity, unit))


def to_canonical(value: float, quantity: str, unit: str) -> float:
    """Return a value sent in `unit` as it is stored; other units pass unchanged."""
    convert = converter(quantity, unit)
    return convert(value) if convert else value


def accepted_units(quantity: str) -> list[str]:
    """Return the units a sensor of this quantity may send; empty means any."""
    canonical = CANONICAL.get(quantity)
    if canonical is None:
        return []
    return [canonical, *(unit for name, unit in _TO_CANONICAL if name == quantity)]


def physical_range(quantity: str) -> tuple[float, float]:
    """Return the least and greatest value that a working sensor can have measured."""
    return _PHYSICAL.get(quantity, _ANYTHING)


def is_physical(value: float, quantity: str) -> bool:
    """False for a value that no working sensor can have measured."""
    low, high = physical_range(quantity)
    return low <= value <= high


def celsius_to(unit: TemperatureUnit, value: float) -> float:
    return value * 1.8 + 32 if unit == "F" else value


def celsius_difference_to(unit: TemperatureUnit, difference: float) -> float:
    """A difference has no offset: 1 degree C apart is 1.8 degrees F apart."""
    return difference * 1.8 if unit == "F" else difference
