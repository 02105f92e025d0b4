"""What new readings add to hours and days: compared with adding each up by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readings.digests import digested
from readings.store import Digest, Row
from readings.times import HOUR_MS, MINUTE_MS, DayFinder, day_of, hour_of

BERLIN = ZoneInfo("Europe/Berlin")
KATHMANDU = ZoneInfo("Asia/Kathmandu")  # its days begin within an hour of UTC
# The night of 2026-10-25, when Berlin's clocks go back.
NIGHT = 1_792_886_400_000

_rows = st.lists(
    st.builds(
        Row,
        st.integers(1, 3),
        st.integers(NIGHT - 30 * HOUR_MS, NIGHT + 30 * HOUR_MS),
        # Quarters add up without rounding, in whatever order; few, so that many are equal.
        st.integers(-8, 8).map(lambda quarters: quarters / 4),
        st.just(0),
        st.just(0),
    ),
    max_size=60,
    unique_by=lambda row: row[:2],
)


def _added_up(rows: Sequence[Row], period_of: Callable[[int], int]) -> list[Digest]:
    found: dict[tuple[int, int], list[Row]] = {}
    for row in rows:
        found.setdefault((row.sensor_id, period_of(row.measured_at)), []).append(row)
    return sorted(_digest(sensor, period, own) for (sensor, period), own in found.items())


def _digest(sensor_id: int, period: int, rows: Sequence[Row]) -> Digest:
    low = min(rows, key=lambda row: (row.value, row.measured_at))
    high = min(rows, key=lambda row: (-row.value, row.measured_at))
    total = sum(row.value for row in rows)
    extremes = (low.value, high.value, low.measured_at, high.measured_at)
    return Digest(sensor_id, period, len(rows), total, *extremes)


@pytest.mark.parametrize("zone", [BERLIN, KATHMANDU])
@given(rows=_rows)
def test_hours_and_days_hold_what_each_reading_adds(zone: ZoneInfo, rows: list[Row]) -> None:
    hours, days, _ = digested(rows, DayFinder(zone))
    assert sorted(hours) == _added_up(rows, hour_of)
    assert sorted(days) == _added_up(rows, lambda at: day_of(at, zone))


@given(rows=_rows)
def test_the_newest_of_each_sensor_is_found(rows: list[Row]) -> None:
    newest = {row.sensor_id: row[1:3] for row in sorted(rows)}
    assert digested(rows, DayFinder(BERLIN)).newest == newest


def test_no_readings_add_nothing() -> None:
    assert digested([], DayFinder(BERLIN)) == ([], [], {})


def test_no_day_is_told_of_twice_where_clocks_go_back_over_midnight() -> None:
    """PostgreSQL refuses a statement that adds to one day twice."""
    zone = ZoneInfo("America/St_Johns")  # on 2006-10-29 from 0:01 to 23:01
    midnight = 1_162_089_000_000
    times = range(midnight - HOUR_MS, midnight + 3 * HOUR_MS, MINUTE_MS)
    days = digested([Row(1, at, 1.0, 0, 0) for at in times], DayFinder(zone)).days
    assert [n for _, _, n, *_ in days] == [60, 180]
