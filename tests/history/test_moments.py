"""`history.imports.moments`: times in files, and those that could be two or none."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from history.imports.moments import parse_moment
from readings.times import to_ms
from readings.values import InvalidValue

_BERLIN = ZoneInfo("Europe/Berlin")
_SEVEN = to_ms(datetime(2026, 1, 31, 7, tzinfo=UTC))


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31T07:00:00Z",
        "2026-01-31 07:00:00 UTC",
        "2026-01-31 07:00 GMT",
        "2026-01-31T08:00:00+01:00",
        "2026-01-31 08:00:00 +0100",
        "2026-01-31 02:00:00 -0500",
        "2026-01-31T07:00:00.000000+00:00",
        " 2026-01-31T07:00:00Z ",
        "2026-01-31 08:00:00",  # the house's time
    ],
)
def test_every_way_of_writing_it_is_the_same_moment(text: str) -> None:
    assert parse_moment(text, _BERLIN) == _SEVEN


def test_milliseconds_stay() -> None:
    assert parse_moment("2026-01-31T07:00:00.007Z", _BERLIN) == _SEVEN + 7


@pytest.mark.parametrize(
    ("text", "how_often"),
    [("2026-10-25 02:30:00", "twice"), ("2026-03-29 02:30:00", "never")],
)
def test_a_time_that_could_be_two_or_none_is_refused(text: str, how_often: str) -> None:
    with pytest.raises(InvalidValue, match=f"{how_often} in Europe/Berlin: add its offset"):
        parse_moment(text, _BERLIN)


def test_with_its_offset_it_is_taken() -> None:
    summer, winter = (
        parse_moment(f"2026-10-25 02:30:00{offset}", _BERLIN) for offset in ("+02:00", "+01:00")
    )
    assert winter - summer == 3_600_000


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2026-W05-6", "20260131T070000Z", "31.01.2026 07:00", "2026-13-01T00:00Z"],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="write it as"):
        parse_moment(text, _BERLIN)


def test_a_time_that_no_reading_can_have_is_refused() -> None:
    with pytest.raises(InvalidValue, match="bad time"):
        parse_moment("1970-01-01T00:00:00Z", _BERLIN)
