"""Numbers and times as people read them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from django.utils.formats import date_format

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


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("de", ["gerade eben", "vor 1 Minute", "vor 2 Stunden", "vor 3 Tagen"]),
        ("es", ["ahora mismo", "hace 1 minuto", "hace 2 horas", "hace 3 días"]),
        ("fr", ["à l’instant", "il y a 1 minute", "il y a 2 heures", "il y a 3 jours"]),
    ],
)
def test_ago_in_other_languages(language: str, texts: list[str]) -> None:
    with translation.override(language):
        assert [display.ago(seconds) for seconds in (0, 60, 7_200, 3 * 86_400)] == texts


@pytest.mark.parametrize(
    ("language", "text"), [("en", "−3.2"), ("de", "−3,2"), ("es", "−3,2"), ("fr", "−3,2")]
)
def test_numbers_have_the_languages_decimal_sign(language: str, text: str) -> None:
    with translation.override(language):
        assert display.number(-3.25, "temperature") == text
        assert display.plain_number(-3.25, "temperature") == "-3.2"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "1 July 2026, 05:42"),
        ("de", "1. Juli 2026 05:42"),
        ("es", "1 de julio de 2026 a las 05:42"),
        ("fr", "1 juillet 2026 05:42"),
    ],
)
def test_dates_are_written_as_in_the_language(language: str, text: str) -> None:
    moment = datetime(2026, 7, 1, 5, 42, tzinfo=BERLIN)
    with translation.override(language):
        written = date_format(moment, "DATETIME_FORMAT")
    assert written.replace(",", "") == text.replace(",", "")


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
