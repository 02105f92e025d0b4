"""Days of 23, 24 and 25 hours, and the one time base below them."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from readings.times import (
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    DayFinder,
    date_of,
    day_of,
    day_start_ms,
    from_ms,
    hour_bounds,
    hour_of,
    to_ms,
)

BERLIN = ZoneInfo("Europe/Berlin")
KATHMANDU = ZoneInfo("Asia/Kathmandu")  # 5:45 ahead of UTC
SANTIAGO = ZoneInfo("America/Santiago")  # changes its clocks at midnight


def _day(text: str) -> int:
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def _ms(text: str) -> int:
    return to_ms(datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-07-01", 24)]
)
def test_a_local_day_has_the_hours_its_clocks_show(day: str, hours: int) -> None:
    number = _day(day)
    length = day_start_ms(number + 1, BERLIN) - day_start_ms(number, BERLIN)
    assert length == hours * HOUR_MS


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-03-28T22:59:59.999+00:00", "2026-03-28"),
        ("2026-03-28T23:00:00+00:00", "2026-03-29"),
        ("2026-03-29T21:59:59.999+00:00", "2026-03-29"),
        ("2026-03-29T22:00:00+00:00", "2026-03-30"),
        ("2026-10-24T22:00:00+00:00", "2026-10-25"),
        ("2026-10-25T22:59:59.999+00:00", "2026-10-25"),
        ("2026-10-25T23:00:00+00:00", "2026-10-26"),
    ],
)
def test_a_day_ends_at_local_midnight_on_days_that_change_the_clocks(moment: str, day: str) -> None:
    assert day_of(_ms(moment), BERLIN) == _day(day)


@pytest.mark.parametrize("zone", [BERLIN, KATHMANDU, SANTIAGO, UTC])
def test_the_finder_agrees_with_the_rule_it_remembers(zone: ZoneInfo) -> None:
    """In order, as a station posts, and at random, as an import may be."""
    start = _ms("2026-01-01T00:00:00+00:00")
    in_order = [start + quarter * 15 * MINUTE_MS for quarter in range(366 * 96)]
    shuffled = random.Random(7).sample(in_order, 3_000)
    find = DayFinder(zone)
    for moments in (in_order, shuffled):
        assert [find(ms) for ms in moments] == [day_of(ms, zone) for ms in moments]


@pytest.mark.parametrize("zone", [BERLIN, KATHMANDU, SANTIAGO, UTC])
def test_the_finder_knows_where_a_day_begins_and_ends(zone: ZoneInfo) -> None:
    noon = _ms("2026-01-01T12:00:00+00:00")
    find = DayFinder(zone)
    for number in range(366):
        start, end, day = find.bounds(noon + number * DAY_MS)
        assert (start, end) == (day_start_ms(day, zone), day_start_ms(day + 1, zone))
        assert day == day_of(noon + number * DAY_MS, zone)


def test_a_day_that_has_begun_goes_on_where_clocks_go_back_over_midnight() -> None:
    """As `rebuild_summaries` has it, which asks for a day's readings by its bounds."""
    find = DayFinder(ZoneInfo("America/St_Johns"))  # on 2006-10-29 from 0:01 to 23:01
    midnight = _ms("2006-10-29T02:30:00+00:00")
    for minute in (59, 0, 30, 59):  # whatever was asked for before
        assert find(midnight + minute * MINUTE_MS) == _day("2006-10-29")
    assert find(midnight - 1) == _day("2006-10-28")


def test_an_hour_has_its_bounds() -> None:
    assert hour_bounds(HOUR_MS) == hour_bounds(2 * HOUR_MS - 1) == (HOUR_MS, 2 * HOUR_MS, 1)


def test_the_day_before_1970_is_minus_one() -> None:
    assert (day_of(-1, UTC), hour_of(-1)) == (-1, -1)


def test_an_hour_begins_on_its_first_millisecond() -> None:
    assert (hour_of(HOUR_MS - 1), hour_of(HOUR_MS)) == (0, 1)


@pytest.mark.parametrize("ms", [1, 999, 1_795_429_800_123, 4_102_444_800_001])
def test_milliseconds_survive_the_way_to_a_datetime_and_back(ms: int) -> None:
    assert to_ms(from_ms(ms)) == ms


def test_datetimes_are_in_utc_and_aware() -> None:
    assert from_ms(0) == datetime(1970, 1, 1, tzinfo=UTC)


def test_days_are_counted_from_1970() -> None:
    assert (date_of(0), day_of(DAY_MS, UTC)) == (date(1970, 1, 1), 1)
