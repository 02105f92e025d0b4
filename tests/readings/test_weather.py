"""The demo's climate is believable, and the same whenever it is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import pairwise
from statistics import mean

import pytest

from readings.weather import Air, Climate, Minute

_DAY_MIN = 1_440
_CLIMATE = Climate(seed=7)


def _minute(month: int, day: int = 1) -> int:
    return int(datetime(2026, month, day, tzinfo=UTC).timestamp()) // 60


def _month(month: int, *, climate: Climate = _CLIMATE) -> list[Minute]:
    start = _minute(month)
    return [climate.at(minute) for minute in range(start, start + 28 * _DAY_MIN, 20)]


def _minutes(month: int, number: int) -> list[Minute]:
    return [_CLIMATE.at(_minute(month) + past) for past in range(number)]


def _days(month: int) -> list[list[Minute]]:
    weather, a_day = _month(month), _DAY_MIN // 20
    return [weather[start : start + a_day] for start in range(0, len(weather), a_day)]


def _outdoor(weather: Iterable[Minute]) -> list[float]:
    return [minute.outdoor.temperature for minute in weather]


def _indoor(weather: Iterable[Minute]) -> list[float]:
    return [minute.indoor.temperature for minute in weather]


def _by_hour(values: list[float]) -> list[float]:
    """Return the mean of each hour of the day, of values every 20 minutes from midnight."""
    return [mean(values[place] for place in _places(hour, len(values))) for hour in range(24)]


def _places(hour: int, size: int) -> list[int]:
    return [start + third for start in range(hour * 3, size, 72) for third in range(3)]


def _hour_of_most(values: list[float]) -> int:
    hours = _by_hour(values)
    return hours.index(max(hours))


def test_a_minute_has_the_same_weather_in_whatever_order_it_is_asked_for() -> None:
    minutes = range(_minute(5), _minute(5) + 300)
    onwards, backwards = Climate(7), Climate(7)
    assert [onwards.at(m) for m in minutes] == [backwards.at(m) for m in reversed(minutes)][::-1]


def test_the_weather_outlives_this_version() -> None:
    """Change it, and the demos of every household get a seam."""
    assert Climate(1959, 60).at(29_700_000) == Minute(Air(16.125, 86.0), Air(23.1875, 65.25))


def test_another_seed_is_another_weather() -> None:
    assert _month(4) != _month(4, climate=Climate(8))


def test_temperatures_come_in_the_sensors_sixteenths() -> None:
    values = _outdoor(_month(4)) + _indoor(_month(4))
    assert all((value * 16).is_integer() for value in values)


@pytest.mark.parametrize("month", [1, 4, 7, 10])
def test_humidity_is_what_a_sensor_can_measure(month: int) -> None:
    weather = _month(month)
    values = [m.outdoor.humidity for m in weather] + [m.indoor.humidity for m in weather]
    assert 15 <= min(values) < max(values) <= 99


def test_summer_is_warmer_than_winter() -> None:
    assert mean(_outdoor(_month(7))) - mean(_outdoor(_month(1))) > 12


@pytest.mark.parametrize("month", [1, 4, 7, 10])
def test_the_afternoon_is_warmest(month: int) -> None:
    assert 13 <= _hour_of_most(_outdoor(_month(month))) <= 17


@pytest.mark.parametrize("month", [4, 7])
def test_it_is_coldest_before_dawn(month: int) -> None:
    assert 2 <= _hour_of_most([-value for value in _outdoor(_month(month))]) <= 6


def test_the_afternoon_is_where_the_sun_says() -> None:
    east = Climate(7, solar_offset_min=9 * 60)
    assert 13 - 9 <= _hour_of_most(_outdoor(_month(7, climate=east))) <= 17 - 9


def test_fronts_bring_warmer_and_colder_days() -> None:
    means = [mean(_outdoor(day)) for day in _days(4)]
    assert max(means) - min(means) > 4


def test_a_front_takes_days() -> None:
    means = [mean(_outdoor(day)) for day in _days(4)]
    assert mean(abs(b - a) for a, b in pairwise(means)) < (max(means) - min(means)) / 2


def test_minutes_differ_by_little() -> None:
    values = _outdoor(_minutes(7, _DAY_MIN))
    assert max(abs(b - a) for a, b in pairwise(values)) < 0.6


def test_no_hour_looks_drawn_with_a_ruler() -> None:
    values = _outdoor(_minutes(7, 60))
    assert len(set(pairwise(values))) > 20


def test_the_house_is_heated_in_winter() -> None:
    assert 17.5 <= min(_indoor(_month(1))) <= max(_indoor(_month(1))) <= 22.5


def test_the_house_warms_up_in_summer() -> None:
    assert max(_indoor(_month(7))) > 25


def test_walls_damp_the_day() -> None:
    swings = [
        (max(_outdoor(day)) - min(_outdoor(day)), max(_indoor(day)) - min(_indoor(day)))
        for day in _days(7)
    ]
    assert mean(outdoor for outdoor, _ in swings) > 2 * mean(indoor for _, indoor in swings)


def test_walls_delay_the_day() -> None:
    weather = _month(7)
    assert _hour_of_most(_indoor(weather)) >= _hour_of_most(_outdoor(weather)) + 2


def test_summer_evenings_turn_cooler_outside_than_inside() -> None:
    """The question the house asks: when to open the windows?"""
    turns = [hour for day in _days(7) if (hour := _turning_hour(day)) is not None]
    assert len(turns) >= 10
    assert 15 <= mean(turns) <= 20


def _turning_hour(day: list[Minute]) -> float | None:
    """Return the last hour at which it was warmer outside than inside."""
    warmer = [i for i, m in enumerate(day) if m.outdoor.temperature > m.indoor.temperature]
    return max(warmer) / 3 if warmer else None
