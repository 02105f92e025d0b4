"""How a range is cut, and where gaps are put."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from history.buckets import Plan, Stretch, plan, with_gaps
from readings.times import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, day_start_ms, to_ms

BERLIN = ZoneInfo("Europe/Berlin")
KATHMANDU = ZoneInfo("Asia/Kathmandu")  # 5:45 h ahead


def _ms(*parts: int) -> int:
    return to_ms(datetime(*parts, tzinfo=UTC))  # type: ignore[arg-type,misc]


NOW = _ms(2026, 11, 25, 10, 30)
LIMIT = 5 * MINUTE_MS

spans = st.integers(min_value=SECOND_MS, max_value=20 * 366 * DAY_MS)
widths = st.integers(min_value=2, max_value=3_000)
zones = st.sampled_from([BERLIN, KATHMANDU, ZoneInfo("America/St_Johns"), ZoneInfo("UTC")])


def _plan(days: float, points: int = 500, *, has_raw: bool = True) -> Plan:
    return plan(NOW - round(days * DAY_MS), NOW, points, BERLIN, has_raw=has_raw)


@pytest.mark.parametrize(
    ("days", "source", "width_ms"),
    [
        (1, "raw", 3 * MINUTE_MS),
        (7, "raw", 30 * MINUTE_MS),
        (30, "hour", 2 * HOUR_MS),
        (200, "hour", 12 * HOUR_MS),
        (365, "day", DAY_MS),
        (3 * 365, "day", 3 * DAY_MS),
    ],
)
def test_the_coarsest_table_that_is_fine_enough_is_read(
    days: float, source: str, width_ms: int
) -> None:
    found = _plan(days)
    assert (found.source, found.width_ms) == (source, width_ms)


def test_without_readings_hours_take_their_place() -> None:
    found = _plan(1, has_raw=False)
    assert (found.source, found.width_ms) == ("hour", HOUR_MS)


@given(span=spans, points=widths, zone=zones, has_raw=st.booleans())
def test_there_are_never_more_buckets_than_points_and_they_cover_the_range(
    span: int, points: int, zone: ZoneInfo, has_raw: bool
) -> None:
    since = NOW - span
    found = plan(since, NOW, points, zone, has_raw=has_raw)
    assert 1 <= found.end - found.first <= points
    assert found.start_ms(found.first) <= since
    assert found.start_ms(found.end) >= NOW


def test_days_begin_at_local_midnight_also_when_clocks_change() -> None:
    found = plan(_ms(2026, 3, 1), _ms(2026, 4, 30), 100, BERLIN, has_raw=True)
    starts = [found.start_ms(bucket) for bucket in range(found.first, found.end)]
    assert starts[0] == _ms(2026, 2, 28, 23)
    lengths = {b - a for a, b in pairwise(starts)}
    assert lengths == {23 * HOUR_MS, 24 * HOUR_MS}


def test_days_of_a_quarter_hour_zone_begin_at_its_midnight() -> None:
    found = plan(_ms(2026, 3, 1), _ms(2026, 4, 30), 100, KATHMANDU, has_raw=True)
    assert found.start_ms(found.first) == _ms(2026, 2, 28, 18, 15)


def _gapped(
    times: list[int], width_ms: int = 0, until: int | None = None
) -> list[tuple[int, float | None]]:
    given = [(Stretch(at, 1.0, 1.0, 1.0, 1, 0), at + width_ms) for at in times]
    end = times[-1] + width_ms if until is None else until
    return [(one.at, one.mean) for one in with_gaps(given, LIMIT, end)]


def test_readings_that_come_in_time_have_no_gap() -> None:
    assert _gapped([0, LIMIT]) == [(0, 1.0), (LIMIT, 1.0)]


def test_a_gap_begins_where_the_station_fell_silent() -> None:
    later = LIMIT + 1
    assert _gapped([0, later]) == [(0, 1.0), (LIMIT, None), (later, 1.0)]


def test_a_missing_bucket_is_a_gap() -> None:
    hours = [0, 2 * HOUR_MS]
    assert _gapped(hours, HOUR_MS) == [(0, 1.0), (HOUR_MS, None), (2 * HOUR_MS, 1.0)]


def test_a_bucket_missing_for_less_than_the_silence_limit_is_none() -> None:
    minutes = [0, 2 * MINUTE_MS]
    assert _gapped(minutes, MINUTE_MS) == [(0, 1.0), (2 * MINUTE_MS, 1.0)]


def test_a_station_silent_at_the_end_ends_in_a_gap() -> None:
    assert _gapped([0], until=HOUR_MS) == [(0, 1.0), (LIMIT, None)]


def test_nothing_at_all_is_no_gap() -> None:
    assert list(with_gaps([], LIMIT, HOUR_MS)) == []


def test_a_day_of_25_hours_leaves_no_gap_behind_it() -> None:
    first = 20_749  # 2026-10-23
    days = [day_start_ms(first + n, BERLIN) for n in range(5)]
    given = [(Stretch(a, 1.0, 1.0, 1.0, 1, 0), b) for a, b in pairwise(days)]
    assert days[3] - days[2] == 25 * HOUR_MS
    assert all(one.mean for one in with_gaps(given, LIMIT, days[-1]))
