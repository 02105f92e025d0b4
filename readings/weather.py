"""The demo's climate: what a house and its garden measure at any minute. Pure.

Nothing is remembered between calls. A minute's weather follows from the minute
alone, so a year of history and the live readings after it join without a seam.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

_DAY_H = 24
_YEAR_H = 365.2422 * _DAY_H
_COLDEST_H = 20 * _DAY_H  # the end of January's third week
_WARMEST_HOUR = 15.5
_HOUSE_DELAY_H = 14  # walls hand a warm day on half a day later
_ROOM_DELAY_H = 3.5  # and the afternoon sun in the evening
_THERMOSTAT_MIN = 75

_MASK = (1 << 64) - 1


class Air(NamedTuple):
    """What one station measures: degrees C in 1/16 steps, % relative humidity."""

    temperature: float
    humidity: float


class Minute(NamedTuple):
    outdoor: Air
    indoor: Air


class _Hour(NamedTuple):
    """What changes slowly; minutes are drawn between two of these."""

    outdoor: float
    outdoor_dew: float
    indoor: float
    indoor_dew: float
    heating: float


class Climate:
    """A temperate climate; `seed` draws its weather.

    `solar_offset_min` is how far the place's solar time is ahead of UTC, so
    that its afternoons fall on the afternoon.
    """

    def __init__(self, seed: int, solar_offset_min: int = 0) -> None:
        self._seed = seed
        self._offset_min = solar_offset_min
        self._hour = lru_cache(maxsize=4)(self._draw_hour)
        self._slope = lru_cache(maxsize=1)(self._draw_slope)

    def at(self, minute: int) -> Minute:
        """Return the weather of a minute, counted from 1970 in UTC."""
        local = minute + self._offset_min
        hour, past = divmod(local, 60)
        outdoor, outdoor_dew, indoor, indoor_dew, heating = [
            start + step * past for start, step in self._slope(hour)
        ]
        outdoor += 0.6 * self._noise(5, local / 25) + 0.25 * self._noise(6, local / 6)
        outdoor += 0.06 * _grid(self._seed + 7, local)
        indoor += 0.12 * self._noise(8, local / 40) + 0.04 * _grid(self._seed + 9, local)
        indoor += 0.25 * heating * math.sin(2 * math.pi * local / _THERMOSTAT_MIN)
        return Minute(_air(outdoor, outdoor_dew), _air(indoor, indoor_dew))

    def _draw_slope(self, hour: int) -> list[tuple[float, float]]:
        """Return where an hour starts and how far each minute moves on, line by line."""
        start, end = self._hour(hour), self._hour(hour + 1)
        return [(a, (b - a) / 60) for a, b in zip(start, end, strict=True)]

    def _draw_hour(self, hour: int) -> _Hour:
        mean, swing, dew = self._outside(hour)
        slow_mean, _, slow_dew = self._outside(hour - _HOUSE_DELAY_H)
        # Unheated, a house is warmer than the air outside by the sun and its people.
        free = 3.4 + 0.75 * slow_mean + 0.25 * _season_mean(hour)
        free += 0.22 * swing * _day_curve(hour - _ROOM_DELAY_H)
        wanted = _thermostat(hour)
        kitchen = max(0.0, self._noise(4, hour / 3)) * 2.5
        return _Hour(
            outdoor=mean + swing * _day_curve(hour),
            outdoor_dew=dew,
            indoor=_smooth_max(free, wanted),
            indoor_dew=5 + 0.8 * slow_dew + kitchen,
            heating=min(1.0, max(0.0, (wanted - free) / 4)),
        )

    def _outside(self, hour: int) -> tuple[float, float, float]:
        """Return the day's mean temperature, how far it swings, and the dew point."""
        fronts = 4.5 * self._noise(1, hour / 110) + 2.0 * self._noise(2, hour / 37)
        clear = 0.5 + 0.5 * self._noise(3, hour / 53)
        summer = 0.5 + 0.5 * _season(hour)
        mean = _season_mean(hour) + fronts
        swing = (2.2 + 3.4 * summer) * (0.4 + 0.8 * clear)
        return mean, swing, mean - 2 - 2.5 * summer - clear * (1.5 + 1.5 * summer)

    def _noise(self, channel: int, x: float) -> float:
        """Return smooth noise within -1..1 that turns about once per unit of `x`."""
        seed, cell = self._seed + channel, math.floor(x)
        past = x - cell
        left, right = _grid(seed, cell), _grid(seed, cell + 1)
        return left + (right - left) * past * past * (3 - 2 * past)


@lru_cache(maxsize=1024)
def _grid(seed: int, cell: int) -> float:
    """Return the random number within -1..1 that belongs to a cell (splitmix64)."""
    bits = (cell * 0x9E3779B97F4A7C15 + seed * 0xD1342543DE82EF95) & _MASK
    bits = ((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    bits = ((bits ^ (bits >> 27)) * 0x94D049BB133111EB) & _MASK
    return (bits ^ (bits >> 31)) / (1 << 63) - 1


def _season(hour: float) -> float:
    """Return -1 in the depth of winter, 1 at the height of summer."""
    return -math.cos(2 * math.pi * (hour - _COLDEST_H) / _YEAR_H)


def _season_mean(hour: float) -> float:
    return 10.5 + 9.5 * _season(hour)


def _day_curve(hour: float) -> float:
    """Return 1 or a little more at the day's warmest hour, about -1 before dawn."""
    turn = 2 * math.pi * (hour - _WARMEST_HOUR) / _DAY_H
    return math.cos(turn) + 0.1 * math.cos(2 * turn)


def _thermostat(hour: float) -> float:
    """Return what the heating keeps: 21 C by day, less at night."""
    by_day = math.tanh(2.5 * (math.cos(2 * math.pi * (hour - 14.5) / _DAY_H) + 0.45))
    return 19.8 + 1.2 * by_day


def _smooth_max(a: float, b: float) -> float:
    return (a + b + math.hypot(a - b, 1.0)) / 2


def _air(temperature: float, dew_point: float) -> Air:
    humidity = 100 * math.exp(_vapour(dew_point) - _vapour(temperature))
    return Air(round(temperature * 16) / 16, round(min(99.0, max(15.0, humidity)) * 4) / 4)


def _vapour(celsius: float) -> float:
    """Return the logarithm of the saturation vapour pressure, after Magnus."""
    return 17.62 * celsius / (243.12 + celsius)
