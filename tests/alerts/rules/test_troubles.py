"""The server's own troubles: what counts as one, and when it is over."""

from __future__ import annotations

import pytest

from alerts.rules.troubles import SEVERE, Result, Standing, settle, troubles
from readings.times import MINUTE_MS

_NOW = 1_790_000_000_000
_FINE = Result(True, "done")


def _of(
    results: dict[str, Result] | None = None,
    *,
    full: bool = False,
    clock: str = "",
    damage: str = "",
) -> dict[str, str]:
    return troubles(results or {}, is_disk_full=full, clock_objection=clock, damage=damage)


def test_a_server_that_is_well_has_none() -> None:
    assert _of({"backup": _FINE, "disk": _FINE, "integrity check": _FINE}) == {}


@pytest.mark.parametrize("task", ["backup", "disk", "prune"])
def test_a_task_that_failed_is_one_with_its_sentence(task: str) -> None:
    assert _of({task: Result(False, "No room."), "other": _FINE}) == {task: "No room."}


def test_a_failed_check_and_damage_are_one_and_the_same() -> None:
    found = _of({"integrity check": Result(False, "Damaged.")}, damage="Page 7.")
    assert found == {"database": "Page 7."}


def test_a_failed_check_alone_is_a_trouble_of_the_database() -> None:
    assert _of({"integrity check": Result(False, "Damaged.")}) == {"database": "Damaged."}


def test_a_wrong_clock_is_one() -> None:
    assert _of(clock="shows 1970") == {"clock": "shows 1970"}


def test_a_full_disk_is_another_than_one_that_is_nearly_full() -> None:
    found = _of({"disk": Result(False, "Nearly full.")}, full=True)
    assert found.keys() == {"disk", "full disk"}


def test_severe_is_what_keeps_readings_from_being_stored() -> None:
    assert {"full disk", "database", "clock"} == SEVERE


def test_a_trouble_begins_at_once() -> None:
    assert settle(Standing(), True, _NOW).is_raised


def test_it_is_not_over_at_once() -> None:
    assert settle(Standing(True), False, _NOW).is_raised


def test_it_is_over_when_it_stayed_away_for_ten_minutes() -> None:
    standing = settle(Standing(True), False, _NOW)
    assert settle(standing, False, _NOW + 10 * MINUTE_MS - 1).is_raised
    assert not settle(standing, False, _NOW + 10 * MINUTE_MS).is_raised


def test_one_that_comes_back_in_between_goes_on() -> None:
    standing = settle(Standing(True), False, _NOW)
    standing = settle(standing, True, _NOW + 9 * MINUTE_MS)
    assert settle(standing, False, _NOW + 11 * MINUTE_MS).is_raised


def test_a_clock_that_went_back_does_not_keep_it_for_ever() -> None:
    standing = settle(Standing(True), False, _NOW)
    standing = settle(standing, False, _NOW - 10**10)
    assert not settle(standing, False, _NOW - 10**10 + 10 * MINUTE_MS).is_raised
