"""What a viewer means with a name, two dates or two times."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from history.ranges import BadRange, Range, between, moment, named
from readings.times import DAY_MS, HOUR_MS, to_ms

BERLIN = ZoneInfo("Europe/Berlin")


def _ms(*parts: int) -> int:
    return to_ms(datetime(*parts, tzinfo=UTC))  # type: ignore[arg-type,misc]


NOW = _ms(2026, 11, 25, 10, 30)


@pytest.mark.parametrize(("name", "days"), [("24h", 1), ("7d", 7), ("30d", 30)])
def test_a_number_of_days_ends_now(name: str, days: int) -> None:
    assert named(name, NOW, None, BERLIN) == Range(NOW - days * DAY_MS, NOW, name)  # type: ignore[arg-type]


def test_a_year_ago_the_clock_showed_the_same() -> None:
    assert named("1y", NOW, None, BERLIN).since == _ms(2025, 11, 25, 10, 30)


def test_a_year_before_a_leap_day_is_the_day_before_march() -> None:
    assert named("1y", _ms(2028, 2, 29, 12), None, BERLIN).since == _ms(2027, 2, 28, 12)


def test_all_begins_with_the_first_day() -> None:
    assert named("all", NOW, _ms(2024, 1, 1), BERLIN) == Range(_ms(2024, 1, 1), NOW, "all")


def test_all_of_nothing_is_a_day() -> None:
    assert named("all", NOW, None, BERLIN) == Range(NOW - DAY_MS, NOW, "all")


def test_another_name_is_refused_with_those_there_are() -> None:
    with pytest.raises(BadRange, match="24h, 7d, 30d, 1y, all"):
        named("2w", NOW, None, BERLIN)


def test_dates_are_whole_days_of_the_house() -> None:
    found = between("2026-07-01", "2026-07-02", NOW, BERLIN)
    assert found == Range(_ms(2026, 6, 30, 22), _ms(2026, 7, 2, 22))


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_a_day_is_as_long_as_the_clocks_make_it(day: str, hours: int) -> None:
    found = between(day, day, NOW, BERLIN)
    assert found.until - found.since == hours * HOUR_MS


def test_without_an_end_it_lasts_until_now() -> None:
    assert between("2026-11-01", "", NOW, BERLIN).until == NOW


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-07-01T10:00:00Z", _ms(2026, 7, 1, 10)),
        ("2026-07-01T10:00:00+02:00", _ms(2026, 7, 1, 8)),
        ("2026-07-01T10:00", _ms(2026, 7, 1, 8)),
    ],
)
def test_a_time_without_an_offset_is_the_houses(text: str, expected: int) -> None:
    assert moment(text, BERLIN) == expected


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "12", "1900-01-01", "2101-01-01"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(BadRange):
        moment(text, BERLIN)


def test_the_first_day_of_all_time_does_not_overflow() -> None:
    with pytest.raises(BadRange):
        moment("9999-12-31", BERLIN, is_end=True)


def test_the_end_comes_after_the_begin() -> None:
    with pytest.raises(BadRange, match="before"):
        between("2026-07-02", "2026-07-01", NOW, BERLIN)
