"""Which clocks are believed. `tests/reliability/test_clock.py` turns a real server's."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.management import call_command

from readings import clock, kernel
from readings.clock import Mark, judge
from readings.device_requests import read
from readings.device_wire import DeviceRequest
from readings.outcomes import CannotStore, Refused
from readings.times import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, now_ms, to_ms
from tests.factories import make_readings, update_path

RIGHT = to_ms(datetime(2027, 3, 1, tzinfo=UTC))
NOW_UP_MS = 40 * DAY_MS
THIS_BOOT, EARLIER_BOOT = "this", "earlier"
MARK = Mark(RIGHT, NOW_UP_MS, THIS_BOOT)
MARK_BEFORE_START = Mark(RIGHT, NOW_UP_MS, EARLIER_BOOT)


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A machine with a clock chip that hears of no time service."""
    monkeypatch.setattr(kernel, "boot_id", lambda: THIS_BOOT)
    monkeypatch.setattr(kernel, "is_synchronised", lambda: False)
    monkeypatch.setattr(kernel, "has_clock_chip", lambda: True)
    monkeypatch.setattr(kernel, "since_boot_ms", lambda: NOW_UP_MS)
    clock.forget()
    return monkeypatch


def turn_to(machine: pytest.MonkeyPatch, now: int) -> None:
    machine.setattr(clock, "now_ms", lambda: now)


@pytest.mark.parametrize(
    ("ahead", "is_believed"),
    [
        (0, True),
        (-4 * MINUTE_MS, True),
        (-6 * MINUTE_MS, False),
        (23 * HOUR_MS, True),
        (25 * HOUR_MS, False),
        (365 * DAY_MS, False),
    ],
)
def test_a_clock_that_jumps_while_the_machine_runs(ahead: int, is_believed: bool) -> None:
    assert (judge(RIGHT + ahead, NOW_UP_MS, MARK) == "") is is_believed


def test_time_that_the_machine_itself_counted_is_no_jump() -> None:
    """Nobody kept the mark meanwhile: the server was stopped, the computer ran on."""
    assert judge(RIGHT + 100 * DAY_MS, NOW_UP_MS + 100 * DAY_MS, MARK) == ""


@pytest.mark.parametrize(
    ("later", "is_believed"),
    [
        (MINUTE_MS, True),
        (29 * DAY_MS, True),
        (31 * DAY_MS, False),
        (-4 * MINUTE_MS, True),
        (-HOUR_MS, False),
    ],
)
def test_a_clock_after_the_machine_was_off(later: int, is_believed: bool) -> None:
    assert (judge(RIGHT + later, NOW_UP_MS, MARK_BEFORE_START) == "") is is_believed


@pytest.mark.parametrize("ahead", [-30 * DAY_MS, 365 * DAY_MS])
def test_a_time_service_is_proof_enough(machine: pytest.MonkeyPatch, ahead: int) -> None:
    machine.setattr(kernel, "is_synchronised", lambda: True)
    assert judge(RIGHT + ahead, NOW_UP_MS, MARK_BEFORE_START) == ""


def test_1970_is_wrong_whoever_vouches_for_it(machine: pytest.MonkeyPatch) -> None:
    machine.setattr(kernel, "is_synchronised", lambda: True)
    assert "1970-01-01" in judge(5 * SECOND_MS, NOW_UP_MS, None)


def test_a_first_start_has_nothing_to_compare_with() -> None:
    assert judge(RIGHT, NOW_UP_MS, None) == ""


@pytest.mark.parametrize(
    ("up_for", "has_chip", "is_believed"),
    [(MINUTE_MS, False, False), (6 * MINUTE_MS, False, True), (MINUTE_MS, True, True)],
)
def test_without_a_clock_chip_the_network_gets_five_minutes_to_tell_the_time(
    machine: pytest.MonkeyPatch, up_for: int, has_chip: bool, is_believed: bool
) -> None:
    """Such a machine goes on where it was switched off: hours behind, and plausible."""
    machine.setattr(kernel, "has_clock_chip", lambda: has_chip)
    assert (judge(RIGHT + MINUTE_MS, up_for, MARK_BEFORE_START) == "") is is_believed


def test_a_board_is_refused_by_a_wrong_clock(machine: pytest.MonkeyPatch) -> None:
    turn_to(machine, 5 * SECOND_MS)
    refused = read(DeviceRequest("GET", update_path(), "", {}, ""))
    assert isinstance(refused, Refused)
    assert (refused.status, refused.reason) == (503, "server clock wrong")


def test_a_clock_is_heard_again_once_it_is_right(machine: pytest.MonkeyPatch) -> None:
    turn_to(machine, 5 * SECOND_MS)
    assert not clock.clock_is_plausible()
    turn_to(machine, RIGHT)
    machine.setattr(kernel, "since_boot_ms", lambda: NOW_UP_MS + 2 * SECOND_MS)
    assert clock.clock_is_plausible()


def test_a_wrong_clock_moves_no_mark(machine: pytest.MonkeyPatch) -> None:
    clock.remember(MARK)
    turn_to(machine, RIGHT + 365 * DAY_MS)
    clock.keep()
    assert clock.last_mark() == MARK


def test_a_right_clock_moves_the_mark(machine: pytest.MonkeyPatch) -> None:
    clock.remember(MARK)
    turn_to(machine, RIGHT + MINUTE_MS)
    clock.keep()
    assert clock.last_mark() == MARK._replace(wall_ms=RIGHT + MINUTE_MS)


def test_an_operator_can_vouch_for_a_clock(machine: pytest.MonkeyPatch) -> None:
    clock.remember(MARK_BEFORE_START)
    turn_to(machine, RIGHT + 365 * DAY_MS)
    with pytest.raises(CannotStore):
        clock.trusted_now_ms()
    call_command("confirm_clock")
    machine.setattr(kernel, "since_boot_ms", lambda: NOW_UP_MS + 2 * SECOND_MS)
    assert clock.trusted_now_ms() == RIGHT + 365 * DAY_MS


@pytest.mark.parametrize("broken", ["", "[1, 2, 3]", '{"wall_ms": "x"}', '{"wall_ms": 1}'])
def test_a_broken_mark_stops_nobody(broken: str) -> None:
    clock.mark_file().write_text(broken)
    assert clock.clock_is_plausible()


@pytest.mark.django_db
def test_a_database_without_a_mark_gives_its_newest_time(machine: pytest.MonkeyPatch) -> None:
    make_readings()
    clock.remember_newest()
    turn_to(machine, now_ms() - DAY_MS)
    assert "was already at" in clock.objection()
