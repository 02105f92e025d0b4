"""A year of believable weather at one reading a minute, as two boards would have posted it.

`readings.weather` gives the days, fronts and walls. Its summers are mild, so heat waves are
added; so are the sensors' own jitter and steps, wild values, gaps, and what came late.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

from alerts.advice.terms import Terms
from alerts.advice.window import Seen
from readings.times import DAY_MS, HOUR_MS, MINUTE_MS
from readings.weather import Climate

DAYS = 365
START_MS = 29_700_000 // 1_440 * 1_440 * MINUTE_MS  # a midnight in June
_ANCHOR_MIN = 10
# The first day, how many, and how much warmer outside at the height of each.
_HEAT_WAVES = ((12, 5, 7.0), (31, 8, 9.0), (58, 4, 6.0), (347, 6, 8.0))
_GAPS_A_YEAR, _WILD_A_YEAR, _LATE_A_YEAR = 25, 120, 12


class Year(NamedTuple):
    """True temperatures every ten minutes, and what was posted of them."""

    true_inside: list[float]
    true_outside: list[float]
    inside: list[Seen]
    outside: list[Seen]
    recent_max: Callable[[int], float | None]


def make_year(seed: int) -> Year:
    climate, chance = Climate(seed, solar_offset_min=60), random.Random(seed)
    inside, outside = [], []
    for minute in range(0, DAYS * 1_440 + _ANCHOR_MIN + 1, _ANCHOR_MIN):
        weather = climate.at(START_MS // MINUTE_MS + minute)
        heat = _heat(minute / 1_440)
        outside.append(weather.outdoor.temperature + heat)
        # Walls let two thirds of it in, most of a day later.
        inside.append(weather.indoor.temperature + 0.65 * _heat(minute / 1_440 - 0.7))
    return Year(
        inside,
        outside,
        list(_posted(inside, chance)),
        list(_posted(outside, chance)),
        _recent_max(outside),
    )


def _heat(day: float) -> float:
    return sum(
        warmer * math.sin(math.pi * (day - first) / days) ** 2
        for first, days, warmer in _HEAT_WAVES
        if first < day < first + days
    )


def _posted(true: list[float], chance: random.Random) -> Iterator[Seen]:
    """Yield one reading a minute in the sensor's sixteenths, less the gaps, plus the wild ones."""
    minutes, random_ = DAYS * 1_440, chance.random
    gaps = _spells(chance, _GAPS_A_YEAR, 2, 600)
    late = _spells(chance, _LATE_A_YEAR, 10, 240)
    wild = set(chance.sample(range(minutes), _WILD_A_YEAR))
    odd = gaps.keys() | late.keys() | wild
    at = START_MS + chance.randrange(MINUTE_MS)
    for minute in range(minutes):
        place, past = divmod(minute, _ANCHOR_MIN)
        value = true[place] + (true[place + 1] - true[place]) * past / _ANCHOR_MIN
        value += (random_() - 0.5) * 0.3  # gusts, and the sensor's own jitter
        value = round(value * 16) / 16
        if minute not in odd:
            yield Seen(at, at, value)
        elif minute in late:
            yield Seen(at, late[minute], value)
        elif minute in wild:
            yield Seen(at, at, value + chance.choice((-25.0, 15.0, 40.0)))
        at += MINUTE_MS


def _spells(chance: random.Random, count: int, shortest: int, longest: int) -> dict[int, int]:
    """Return the minutes of some spells, and when each spell ends, in milliseconds."""
    found: dict[int, int] = {}
    for _ in range(count):
        first = chance.randrange(1_440, DAYS * 1_440 - longest)
        end = first + chance.randint(shortest, longest)
        found |= dict.fromkeys(range(first, end), START_MS + (end + 2) * MINUTE_MS)
    return found


def _recent_max(outside: list[float]) -> Callable[[int], float | None]:
    a_day = 1_440 // _ANCHOR_MIN
    warmest = [max(outside[start : start + a_day]) for start in range(0, DAYS * a_day, a_day)]

    def of(at: int) -> float | None:
        day = (at - START_MS) // DAY_MS
        return max(warmest[max(0, day - 3) : day], default=None)

    return of


class Truth:
    """What really happened: the difference without noise, smoothed over half an hour."""

    def __init__(self, year: Year) -> None:
        raw = [i - o for i, o in zip(year.true_inside, year.true_outside, strict=True)]
        self._smooth = [
            sum(raw[max(0, place - 1) : place + 2]) / len(raw[max(0, place - 1) : place + 2])
            for place in range(len(raw))
        ]
        self._inside = year.true_inside
        self.turns = list(self._turns())

    def _turns(self) -> Iterator[int]:
        """Yield when it became cooler outside, for spells that are no mere brush."""
        turned, is_cooler = 0, self._smooth[0] > 0
        for place in range(1, len(self._smooth)):
            before, value = self._smooth[place - 1], self._smooth[place]
            if before <= 0 < value:
                turned = place
            if not is_cooler and value >= 0.5:
                is_cooler = True
                yield self.time_of(turned)
            is_cooler = is_cooler and value > -0.3

    def wanted_since(self, at: int, terms: Terms) -> int | None:
        """Return since when the windows should be open, without a break, at a time."""
        end = place = (at - START_MS) // (_ANCHOR_MIN * MINUTE_MS)
        while self._smooth[place] >= terms.open_margin and self._inside[place] > terms.comfort:
            place -= 1
        return None if place == end else self.time_of(place + 1)

    def at(self, at: int) -> tuple[float, float]:
        """Return inside and outside as they were."""
        place = (at - START_MS) // (_ANCHOR_MIN * MINUTE_MS)
        return self._inside[place], self._inside[place] - self._smooth[place]

    def is_worth_opening(self, turn: int, terms: Terms) -> bool:
        """True when an evening cools down by well more than the margin, for an hour, and the
        house is too warm all that time.
        """
        first = (turn - START_MS) // (_ANCHOR_MIN * MINUTE_MS)
        good = 0
        for place in range(first, min(first + 36, len(self._smooth))):
            is_good = self._smooth[place] > terms.open_margin + 0.3
            good = good + 1 if is_good and self._inside[place] > terms.comfort + 0.3 else 0
            if good >= 6:
                return True
        return False

    @staticmethod
    def time_of(place: int) -> int:
        return START_MS + place * _ANCHOR_MIN * MINUTE_MS


def hourly_differences(year: Year) -> dict[int, float]:
    """Return what the hours' summaries say."""
    an_hour, first = 60 // _ANCHOR_MIN, START_MS // HOUR_MS
    return {
        first + hour: sum(year.true_inside[place : place + an_hour]) / an_hour
        - sum(year.true_outside[place : place + an_hour]) / an_hour
        for hour in range(DAYS * 24)
        if (place := hour * an_hour) is not None
    }
