"""`iotserver.doors`: who gives way to whom. `open` with another number stands for a fork."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from iotserver import doors as module
from iotserver.doors import Doors

_ROOT = Path(__file__).resolve().parents[2]


class Clock:
    """Time that goes on when a test says so; `pauses` counts who gave way."""

    def __init__(self) -> None:
        self.now, self.pauses = 1_000.0, 0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert 0 < seconds < 0.001  # the event loop stands still meanwhile
        self.pauses += 1


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


@pytest.fixture
def doors(clock: Clock) -> Doors:
    """Two workers without connections; the second is this one."""
    doors = Doors()
    doors.open(1)
    doors.open(2)
    return doors


def _enter(doors: Doors, count: int) -> None:
    for _ in range(count):
        doors.enter()


def test_a_connection_more_than_another_has_is_taken_at_once(doors: Doors, clock: Clock) -> None:
    doors.enter()
    assert clock.pauses == 0


def test_who_has_two_more_lets_another_take_the_next(doors: Doors, clock: Clock) -> None:
    _enter(doors, 2)
    assert clock.pauses == 1


def test_who_has_the_fewest_gives_way_to_nobody(doors: Doors, clock: Clock) -> None:
    _enter(doors, 1)
    doors.open(3)
    _enter(doors, 1)
    assert clock.pauses == 0


def test_a_worker_alone_gives_way_to_nobody(clock: Clock) -> None:
    doors = Doors()
    doors.open(7)
    _enter(doors, 20)
    assert clock.pauses == 0


def test_a_worker_that_has_ended_is_not_given_way_to(doors: Doors, clock: Clock) -> None:
    doors.close(1)
    _enter(doors, 20)
    assert clock.pauses == 0


def test_who_left_is_not_counted_any_more(doors: Doors, clock: Clock) -> None:
    _enter(doors, 1)
    doors.leave()
    _enter(doors, 1)
    assert clock.pauses == 0


def test_where_connections_come_and_go_nobody_waits(doors: Doors, clock: Clock) -> None:
    for _ in range(20):
        doors.enter()
        doors.leave()
    _enter(doors, 20)
    assert clock.pauses == 0


def test_after_a_rush_is_over_they_give_way_again(doors: Doors, clock: Clock) -> None:
    for _ in range(20):
        doors.enter()
        doors.leave()
    clock.now += 1
    _enter(doors, 2)
    assert clock.pauses == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows forks no workers")
def test_a_worker_sees_what_another_process_holds() -> None:
    program = (
        "import os\n"
        "from iotserver.doors import Doors\n"
        "doors = Doors()\n"
        "if os.fork() == 0:\n"
        "    doors.open(1)\n"
        "    doors.enter()\n"
        "    os._exit(0)\n"
        "os.wait()\n"
        "doors.open(2)\n"
        "print([(doors.enter(), doors.has_more())[1] for _ in range(4)])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=_ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[False, False, True, True]"
