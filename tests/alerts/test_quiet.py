"""Quiet hours, in the house's time."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from alerts.quiet import quiet_until
from readings.times import from_ms, to_ms

_BERLIN = ZoneInfo("Europe/Berlin")


def _until(begin: str, end: str, now: str) -> str | None:
    moment = datetime.fromisoformat(now).replace(tzinfo=_BERLIN)
    begins, ends = time.fromisoformat(begin), time.fromisoformat(end)
    found = quiet_until(begins, ends, to_ms(moment), _BERLIN)
    return None if found is None else f"{from_ms(found).astimezone(_BERLIN):%d %H:%M}"


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-07-10T21:59", None),
        ("2026-07-10T22:00", "11 07:00"),
        ("2026-07-10T23:59", "11 07:00"),
        ("2026-07-11T00:00", "11 07:00"),
        ("2026-07-11T06:59", "11 07:00"),
        ("2026-07-11T07:00", None),
        ("2026-07-11T12:00", None),
    ],
)
def test_they_may_pass_midnight(now: str, until: str | None) -> None:
    assert _until("22:00", "07:00", now) == until


@pytest.mark.parametrize(
    ("now", "until"),
    [("2026-07-10T12:59", None), ("2026-07-10T13:00", "10 15:00"), ("2026-07-10T15:00", None)],
)
def test_they_may_lie_within_a_day(now: str, until: str | None) -> None:
    assert _until("13:00", "15:00", now) == until


def test_of_no_length_they_are_none() -> None:
    assert _until("07:00", "07:00", "2026-07-10T07:00") is None


@pytest.mark.parametrize(("begin", "end"), [(None, None), (time(22), None), (None, time(7))])
def test_without_beginning_or_end_there_are_none(begin: time | None, end: time | None) -> None:
    assert quiet_until(begin, end, 1_790_000_000_000, _BERLIN) is None


@pytest.mark.parametrize(
    ("now", "until"),
    [("02:15+02:00", "02:30+02:00"), ("02:45+02:00", None), ("02:15+01:00", "02:30+01:00")],
)
def test_in_the_hour_that_comes_twice_their_end_is_still_to_come(
    now: str, until: str | None
) -> None:
    """Else what they hold would be due at once, held again, due at once."""
    at = to_ms(datetime.fromisoformat(f"2026-10-25T{now}"))
    found = quiet_until(time(22), time(2, 30), at, _BERLIN)
    assert found == (until and to_ms(datetime.fromisoformat(f"2026-10-25T{until}")))


@pytest.mark.parametrize(
    ("evening", "hours"),
    [("2026-03-28T22:00", 8), ("2026-10-24T22:00", 10), ("2026-07-10T22:00", 9)],
)
def test_they_end_by_the_clock_on_the_wall_when_clocks_change(evening: str, hours: int) -> None:
    now = to_ms(datetime.fromisoformat(evening).replace(tzinfo=_BERLIN))
    until = quiet_until(time(22), time(7), now, _BERLIN)
    assert until is not None
    assert (until - now) / 3_600_000 == hours
