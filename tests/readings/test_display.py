"""Numbers and times as people read them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from readings import display
from readings.times import to_ms

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("value", "quantity", "text"),
    [
        (21.54, "temperature", "21.5"),
        (-3.25, "temperature", "−3.2"),
        (-0.04, "temperature", "0.0"),
        (45.6, "humidity", "46"),
        (1013.4, "pressure", "1013"),
        (7.25, "other", "7.2"),
    ],
)
def test_numbers_have_the_decimals_their_quantity_deserves(
    value: float, quantity: str, text: str
) -> None:
    assert display.number(value, quantity) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "just now"),
        (59.9, "just now"),
        (60, "1 minute ago"),
        (179, "2 minutes ago"),
        (3_600, "1 hour ago"),
        (86_399, "23 hours ago"),
        (2 * 86_400, "2 days ago"),
    ],
)
def test_ago(seconds: float, text: str) -> None:
    assert display.ago(seconds) == text


def test_a_duration_has_no_ago() -> None:
    assert display.duration(2_400) == "40 minutes"


def test_a_short_duration_is_a_moment() -> None:
    assert display.duration(3) == "a moment"


def test_clocks_show_the_house_time_in_summer() -> None:
    assert display.clock(to_ms(datetime(2026, 7, 1, 3, 42, tzinfo=UTC)), BERLIN) == "05:42"


def test_clocks_show_the_house_time_in_winter() -> None:
    assert display.clock(to_ms(datetime(2026, 1, 1, 3, 42, tzinfo=UTC)), BERLIN) == "04:42"


def test_temperatures_are_shown_in_the_viewers_unit() -> None:
    assert display.in_unit(20, "temperature", "F") == 68


def test_other_quantities_have_one_unit_for_all() -> None:
    assert display.in_unit(55, "humidity", "F") == 55


def test_an_unknown_quantity_keeps_the_unit_its_board_sends() -> None:
    assert display.unit_label("other", "lux", "C") == "lux"
