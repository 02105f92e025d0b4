"""`upkeep.rotation`: which backups stay."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from upkeep import rotation

_TODAY = date(2026, 11, 23)


def _name(day: date, at: str = "030000") -> str:
    return f"iotserver-{day:%Y%m%d}-{at}.sqlite3.gz"


def _nights(number: int) -> list[str]:
    return [_name(_TODAY - timedelta(days=back)) for back in range(number)]


def _kept(names: list[str], today: date = _TODAY) -> list[str]:
    gone = rotation.superfluous(names, today)
    return sorted((name for name in names if name not in gone), reverse=True)


def test_a_name_tells_when_the_backup_was_made() -> None:
    moment = datetime(2026, 11, 23, 3, 0, 7, tzinfo=UTC)
    assert rotation.name_of(moment, ".dump") == "iotserver-20261123-030007.dump"


def test_the_newest_is_found_among_other_files() -> None:
    names = ["z.txt", _name(date(2026, 2, 1)), _name(date(2026, 10, 1)), "iotserver-9999.dump"]
    assert rotation.newest(names) == _name(date(2026, 10, 1))


def test_without_backups_there_is_no_newest() -> None:
    assert rotation.newest(["z.txt"]) is None


def test_the_last_seven_days_stay() -> None:
    assert set(_nights(7)) <= set(_kept(_nights(400)))


def test_three_years_of_nights_leave_7_days_4_weeks_and_12_months() -> None:
    kept = _kept(_nights(3 * 365))
    days = [f"{name[10:14]}-{name[14:16]}-{name[16:18]}" for name in kept]
    weeks = ["2026-11-15", "2026-11-08"]  # the weeks' Sundays; two more lie in the seven days
    months = ["10-31", "09-30", "08-31", "07-31", "06-30", "05-31", "04-30", "03-31", "02-28"]
    assert days == [
        *[f"2026-11-{day}" for day in range(23, 16, -1)],
        *weeks,
        *[f"2026-{month}" for month in months],
        "2026-01-31",
        "2025-12-31",
    ]


def test_rotating_night_after_night_keeps_what_rotating_at_once_keeps() -> None:
    there: list[str] = []
    for back in range(500, -1, -1):
        today = _TODAY - timedelta(days=back)
        there.append(_name(today))
        there = _kept(there, today)
    assert there == _kept(_nights(501))


def test_of_one_day_the_last_backup_stays() -> None:
    names = [_name(_TODAY, at) for at in ("030000", "120000", "183000")]
    assert _kept(names) == [names[-1]]


def test_a_server_that_was_off_for_years_keeps_its_last_backups() -> None:
    names = _nights(7)
    assert _kept(names, _TODAY.replace(year=2036)) == names


@pytest.mark.parametrize(
    "name",
    ["notes.txt", "iotserver-20261301-030000.dump", "iotserver-2026112-030000.dump", "db.sqlite3"],
)
def test_other_files_are_left_alone(name: str) -> None:
    assert rotation.superfluous([*_nights(400), name], _TODAY).count(name) == 0


def test_a_backup_of_the_future_is_left_alone_and_drives_none_out() -> None:
    ahead = _name(_TODAY + timedelta(days=400))
    assert _kept([ahead, *_nights(400)]) == [ahead, *_kept(_nights(400))]


def test_the_only_backup_stays_however_old() -> None:
    assert rotation.superfluous([_name(date(2001, 1, 1))], _TODAY) == []
