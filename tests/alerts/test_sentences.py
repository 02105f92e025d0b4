"""Events in words."""

from __future__ import annotations

from typing import Any

import pytest

from alerts import sentences as sentences_module
from alerts.models import Event, Kind
from alerts.sentences import sentences
from readings.times import DAY_MS, HOUR_MS
from readings.units import TemperatureUnit

_NOW = 1_780_000_000_000  # 2026-05-28, 22:26 in Berlin


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentences_module, "now_ms", lambda: _NOW)


def _said(kind: str, is_raised: bool, shown_in: TemperatureUnit = "C", **details: Any) -> str:
    return str(sentences(Event(kind=kind, is_raised=is_raised, details=details), shown_in))


def test_a_silent_station() -> None:
    said = _said(Kind.SILENCE, True, station="Attic", since=_NOW - HOUR_MS)
    assert said == (
        "Attic is silent. It was last heard of at 21:26. Check its power and Wi-Fi, then its key."
    )


def test_a_time_of_another_day_names_the_day() -> None:
    said = _said(Kind.SILENCE, True, station="Attic", since=_NOW - DAY_MS)
    assert "27 May 2026, 22:26" in said


@pytest.mark.parametrize(
    ("seconds", "span"),
    [
        (0, "1 minute"),
        (119, "1 minute"),
        (2_400, "40 minutes"),
        (7_199, "1 hour"),
        (7_200, "2 hours"),
        (172_800, "2 days"),
    ],
)
def test_a_station_that_posts_again(seconds: int, span: str) -> None:
    said = _said(Kind.SILENCE, False, station="Attic", lasted_s=seconds)
    assert said == f"Attic posts again. It was silent for {span}."


_FREEZER: dict[str, Any] = {
    "station": "Freezer",
    "sensor": "",
    "quantity": "temperature",
    "unit": "C",
    "value": -9.96,
    "limit": -15.0,
    "is_above": True,
    "since": 0,
    "lasted_s": 660,
}


def test_a_value_above_its_limit() -> None:
    assert _said(Kind.THRESHOLD, True, **_FREEZER) == (
        "Freezer, Temperature is −10.0 °C. It has been above −15.0 °C for 11 minutes."
    )


def test_a_value_below_its_limit_in_fahrenheit() -> None:
    details = _FREEZER | {"is_above": False, "value": -20.0}
    assert _said(Kind.THRESHOLD, True, "F", **details) == (
        "Freezer, Temperature is −4.0 °F. It has been below 5.0 °F for 11 minutes."
    )


@pytest.mark.parametrize("is_above", [True, False])
def test_a_value_that_is_back(is_above: bool) -> None:
    word = "above" if is_above else "below"
    details = _FREEZER | {"is_above": is_above, "sensor": "Drawer 2"}
    assert _said(Kind.THRESHOLD, False, **details) == (
        f"Freezer, Drawer 2 is back at −10.0 °C. It was {word} −15.0 °C for 11 minutes."
    )


def test_a_value_of_another_quantity_keeps_its_unit() -> None:
    details = _FREEZER | {"quantity": "other", "unit": "ppm", "value": 1200.0, "limit": 1000.0}
    assert "is 1200.0 ppm. It has been above 1000.0 ppm" in _said(Kind.THRESHOLD, True, **details)


def test_the_windows() -> None:
    assert _said(Kind.ADVICE, True, sentence="Cooler outside.") == (
        "Open the windows. Cooler outside."
    )
    assert _said(Kind.ADVICE, False, sentence="") == "Keep the windows closed."


@pytest.mark.parametrize("trouble", ["full disk", "disk", "backup", "database", "clock", "prune"])
def test_every_trouble_says_what_it_is_and_when_it_is_over(trouble: str) -> None:
    begun = _said(Kind.TROUBLE, True, trouble=trouble, text="Make room.")
    over = _said(Kind.TROUBLE, False, trouble=trouble, text="Make room.")
    assert begun.endswith(". Make room.")
    assert "again" in over
    assert "Make room" not in over
