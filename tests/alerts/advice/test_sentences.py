"""Each sentence the family may read, and when it is the one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alerts.advice.advise import Advice, Known, Side, advise
from alerts.advice.fold import State
from alerts.advice.forecast import Outlook
from alerts.advice.sentences import sentence
from alerts.advice.terms import Terms
from alerts.advice.wording import Viewer, span
from readings.times import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from readings.units import TemperatureUnit

# 2026-05-28 21:40 in Berlin.
_NOW = 1_779_997_200_000
_ZONE = ZoneInfo("Europe/Berlin")


def _side(name: str, celsius: float | None, age_s: float = 20, **more: Any) -> Side:
    at = None if celsius is None else _NOW - round(age_s * SECOND_MS)
    quiet_s = None if celsius is None else age_s
    return Side(name, celsius, at, fresh_ms=5 * MINUTE_MS, quiet_s=quiet_s, **more)


def _state(inside: float, outside: float, **more: Any) -> State:
    return State(
        at=_NOW - 30 * SECOND_MS,
        is_cooler=inside > outside,
        heard_at=_NOW,
        inside=inside,
        outside=outside,
        recent_max=28.0,
    )._replace(**more)


def _advice(
    inside: float,
    outside: float,
    *,
    outlook: Outlook | None = None,
    errors: tuple[tuple[int, int], ...] = (),
    **state: Any,
) -> Advice:
    known = Known(_side("Living room", inside), _side("Garden", outside), 28.0, outlook, errors)
    return advise(known, Terms(), _state(inside, outside, **state), _NOW)


def _said(advice: Advice, unit: TemperatureUnit = "C") -> str:
    return sentence(advice, Viewer(unit, _ZONE, _NOW))


def _outlook(ahead_min: float | None, *, age_min: int = 0) -> Outlook:
    expected_at = None if ahead_min is None else _NOW + round(ahead_min * MINUTE_MS)
    return Outlook(_NOW - age_min * MINUTE_MS, expected_at, days=5, slope=0.8)


_LONG_AGO: dict[str, Any] = {"changed_at": _NOW - 5 * HOUR_MS}
_OPEN: dict[str, Any] = {"is_open": True, "changed_at": _NOW - HOUR_MS}

_SENTENCES: list[tuple[str, Advice, str, bool | None]] = [
    (
        "open",
        _advice(24.6, 22.8, turned_at=_NOW - HOUR_MS, **_OPEN),
        "Open the windows: 1.8 °C cooler outside since 20:40",
        True,
    ),
    ("open", _advice(24.6, 22.8, **_OPEN), "Open the windows: 1.8 °C cooler outside", True),
    (
        "open since more than a day",
        _advice(24.6, 22.8, turned_at=_NOW - DAY_MS, **_OPEN),
        "Open the windows: 1.8 °C cooler outside",
        True,
    ),
    (
        "open, and the newest values are level",
        replace(_advice(24.6, 24.2, **_OPEN), difference=0.0),
        "The windows may stay open: as warm outside as inside",
        True,
    ),
    (
        "just closed, as it is hardly cooler",
        _advice(24.6, 24.4, turned_at=_NOW - 9 * HOUR_MS, changed_at=_NOW - MINUTE_MS),
        "Close the windows: 0.2 °C cooler outside since 12:40",
        False,
    ),
    (
        "just closed, as it is warmer",
        _advice(24.6, 26.0, turned_at=_NOW - 20 * MINUTE_MS, changed_at=_NOW - 30 * MINUTE_MS),
        "Close the windows: 1.4 °C warmer outside since 21:20",
        False,
    ),
    (
        "just closed, as it is cool enough",
        _advice(21.4, 17.0, changed_at=_NOW - MINUTE_MS),
        "Close the windows: 21.4 °C inside is cool enough",
        False,
    ),
    (
        "a forecast",
        _advice(24.6, 29.0, outlook=_outlook(112), **_LONG_AGO),
        "Keep them closed: outside falls below inside at about 23:30",
        False,
    ),
    (
        "a forecast with its error",
        _advice(24.6, 29.0, outlook=_outlook(112), errors=((90, 15), (180, 20)), **_LONG_AGO),
        "Keep them closed: outside falls below inside at about 23:30"
        " (±20 min over the last 14 days)",
        False,
    ),
    (
        "a forecast of a moment",
        _advice(24.6, 24.8, outlook=_outlook(4), **_LONG_AGO),
        "Keep them closed: outside falls below inside in a few minutes",
        False,
    ),
    (
        "a forecast whose time has passed",
        _advice(24.6, 24.8, outlook=_outlook(-10), **_LONG_AGO),
        "Keep them closed: outside falls below inside in a few minutes",
        False,
    ),
    (
        "no turn expected",
        _advice(24.6, 29.0, outlook=_outlook(None), **_LONG_AGO),
        "Keep them closed: not cooler outside within the next 18 hours",
        False,
    ),
    (
        "too little history",
        _advice(24.6, 29.0, turned_at=_NOW - 8 * HOUR_MS, **_LONG_AGO),
        "Keep them closed: 4.4 °C warmer outside since 13:40",
        False,
    ),
    (
        "a forecast nobody renewed",
        _advice(24.6, 29.0, outlook=_outlook(112, age_min=31), **_LONG_AGO),
        "Keep them closed: 4.4 °C warmer outside",
        False,
    ),
    (
        "warm outside, cool inside",
        _advice(20.0, 29.0, outlook=_outlook(112)),
        "Keep them closed: outside falls below inside at about 23:30",
        False,
    ),
    (
        "not cooler by enough",
        _advice(24.6, 24.0, **_LONG_AGO),
        "Keep them closed for now: 0.6 °C cooler outside",
        False,
    ),
    (
        "the dwell is not over",
        _advice(24.6, 22.0, changed_at=_NOW - 5 * MINUTE_MS),
        "Keep them closed for now: 2.6 °C cooler outside",
        False,
    ),
    (
        "comfortable",
        _advice(21.5, 15.0, **_LONG_AGO),
        "Nothing to do: comfortable at 21.5 °C inside",
        False,
    ),
    (
        "winter",
        _advice(23.0, 3.0, recent_max=6.0),
        "Nothing to do: no need of cooling at this time of the year",
        None,
    ),
]


@pytest.mark.parametrize(
    ("advice", "expected", "is_open"),
    [case[1:] for case in _SENTENCES],
    ids=[case[0] for case in _SENTENCES],
)
def test_the_sentence(advice: Advice, expected: str, is_open: bool | None) -> None:
    assert (_said(advice), advice.is_open) == (expected, is_open)


def test_differences_in_fahrenheit_have_no_offset() -> None:
    assert _said(_advice(25.0, 20.0, **_OPEN), "F") == "Open the windows: 9.0 °F cooler outside"


def test_temperatures_in_fahrenheit() -> None:
    said = _said(_advice(20.0, 15.0, **_LONG_AGO), "F")
    assert said == "Nothing to do: comfortable at 68.0 °F inside"


_FINE_INSIDE, _FINE_OUTSIDE = _side("Living room", 25.0), _side("Garden", 20.0)
_UNKNOWN: list[tuple[Side, Side, str]] = [
    (
        _FINE_INSIDE,
        _side("Garden", 20.0, 40 * 60, is_silent=True),
        "No advice: Garden has been silent for 40 minutes",
    ),
    (
        _side("Living room", 25.0, 2 * 3_600, is_silent=True),
        _FINE_OUTSIDE,
        "No advice: Living room has been silent for 2 hours",
    ),
    (
        _FINE_INSIDE,
        _side("Garden", None),
        "No advice yet: Garden has not posted a temperature",
    ),
    (
        replace(_side("Living room", 25.0, 40 * 60), quiet_s=3.0),
        _FINE_OUTSIDE,
        "No advice: the newest temperature of Living room is 40 minutes old",
    ),
]


@pytest.mark.parametrize(("inside", "outside", "expected"), _UNKNOWN)
def test_what_is_not_known_is_named(inside: Side, outside: Side, expected: str) -> None:
    advice = advise(Known(inside, outside), Terms(), _state(25.0, 20.0, **_OPEN), _NOW)
    assert (_said(advice), advice.is_open) == (expected, None)


def test_a_clock_that_cannot_be_right_is_told() -> None:
    advice = Advice("clock", Known(_FINE_INSIDE, _FINE_OUTSIDE), Terms(), State())
    assert _said(advice) == "No advice: the clock of this server cannot be right"
    assert advice.is_open is None


@pytest.mark.parametrize(
    "state",
    [
        None,
        _state(25.0, 25.0, at=_NOW - 6 * MINUTE_MS),
        _state(25.0, 25.0, at=_NOW + HOUR_MS),
        _state(25.0, 25.0)._replace(inside=None),
    ],
    ids=["none", "old", "of the future", "silent"],
)
def test_without_a_state_of_now_the_newest_values_decide(state: State | None) -> None:
    advice = advise(Known(_FINE_INSIDE, _FINE_OUTSIDE), Terms(), state, _NOW)
    assert _said(advice) == "Open the windows: 5.0 °C cooler outside"


def test_the_same_readings_settings_and_state_give_the_same_advice() -> None:
    def again() -> Advice:
        return _advice(24.6, 29.0, outlook=_outlook(112), errors=((180, 20),), **_LONG_AGO)

    assert again() == again()


@pytest.mark.parametrize(
    ("minutes", "expected"), [(5, "5 min"), (55, "55 min"), (60, "1 h"), (85, "1 h 25 min")]
)
def test_spans(minutes: int, expected: str) -> None:
    assert span(minutes) == expected
