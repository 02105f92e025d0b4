"""What the advice says it rests on."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from alerts.advice.advise import Known, Side, advise
from alerts.advice.explanation import Fact, explanation
from alerts.advice.fold import State
from alerts.advice.forecast import Outlook
from alerts.advice.terms import Terms
from alerts.advice.wording import Viewer
from readings.times import HOUR_MS, MINUTE_MS
from readings.units import TemperatureUnit

_NOW = 1_779_997_200_000


def _facts(
    inside: float = 24.0,
    outside: float | None = 28.0,
    *,
    unit: TemperatureUnit = "C",
    outlook: Outlook | None = None,
    errors: tuple[tuple[int, int], ...] = (),
    **state: Any,
) -> dict[str, Fact]:
    at = _NOW - MINUTE_MS
    known = Known(
        Side("Attic", inside, at, 5 * MINUTE_MS, 60.0),
        Side("Garden", outside, None if outside is None else at, 5 * MINUTE_MS, 60.0),
        27.5,
        outlook,
        errors,
    )
    steady = State(at=at, inside=inside, outside=(outside or 0) + 0.1, recent_max=27.5)
    advice = advise(known, Terms(), steady._replace(**state), _NOW)
    viewer = Viewer(unit, ZoneInfo("Europe/Berlin"), _NOW)
    return {fact.label: fact for fact in explanation(advice, viewer)}


def _outlook(ahead_h: float) -> Outlook:
    return Outlook(_NOW, _NOW + round(ahead_h * HOUR_MS), days=4, slope=-0.5)


def test_both_values_and_when_they_were_measured() -> None:
    facts = _facts()
    assert facts["Inside"] == Fact("Inside", "Attic: 24.0 °C", _NOW - MINUTE_MS)
    assert facts["Outside"] == Fact("Outside", "Garden: 28.0 °C", _NOW - MINUTE_MS)


def test_a_side_without_a_value_says_so() -> None:
    facts = _facts(outside=None)
    assert facts["Outside"] == Fact("Outside", "Garden: nothing yet", None)
    assert "Difference" not in facts


def test_the_difference_that_is_shown_and_the_one_that_decides() -> None:
    expected = "4.0 °C warmer outside now; +4.1 °C between the medians"
    assert _facts()["Difference"].text.startswith(expected)


def test_cooler_has_a_minus() -> None:
    assert "; −1.9 °C between" in _facts(24.0, 22.0)["Difference"].text


def test_the_thresholds_in_the_viewers_unit() -> None:
    facts = _facts(unit="F")
    assert facts["Rule"].text == (
        "Open at 1.8 °F cooler outside or more, close at 0.5 °F or less;"
        " at least 20 minutes between two changes"
    )
    assert facts["Comfort"].text == "Open only above 71.6 °F inside, and close below 70.7 °F"


def test_the_season() -> None:
    expected = "Cooling begins at 18.0 °C outside; the last three days reached 27.5 °C"
    assert _facts()["Season"].text == expected


def test_the_last_change() -> None:
    assert _facts(changed_at=_NOW - 2 * HOUR_MS)["Last change"].text == "28 May 2026, 19:40"
    assert "Last change" not in _facts()


def test_how_the_forecast_was_made() -> None:
    assert _facts(outlook=_outlook(2))["Forecast"].text == (
        "From the same hours of the last 4 days, from where the difference stands and from how"
        " it changes now: +0.5 °C per hour"
    )


def test_why_there_is_no_forecast() -> None:
    assert _facts()["Forecast"].text.startswith("None yet: it needs the readings of a whole day")


def test_the_error_of_the_forecast() -> None:
    facts = _facts(outlook=_outlook(2), errors=((90, 10), (180, 35)))
    assert facts["Its error"].text.endswith("two of three came within 35 min")


def test_an_error_that_cannot_be_known_yet() -> None:
    assert _facts(outlook=_outlook(2))["Its error"].text.startswith("Not known yet")


def test_no_forecast_is_explained_where_none_is_told() -> None:
    assert "Forecast" not in _facts(24.0, 20.0)
