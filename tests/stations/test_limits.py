"""Counting that holds across threads and processes, and what happens at its edges."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from stations import limits
from stations.limits import Limit, Usage, place_of_address, place_of_station
from tests.patience import PATIENCE_S

_ROOT = Path(__file__).resolve().parents[2]
ATTIC = place_of_station(7)
STRANGER = place_of_address("203.0.113.9")
LIMIT = Limit(60, 10)  # one a second, ten at one go


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(limits, "_now", clock)
    return clock


@pytest.fixture
def usage() -> Iterator[Usage]:
    usage = Usage()
    yield usage
    usage.close()


def take(usage: Usage, times: int, limit: Limit = LIMIT) -> int:
    """Try so many times; return how often it went through."""
    with usage:
        return sum(usage.take(ATTIC, limit) == 0 for _ in range(times))


# A server of its own: forking here would fork the test runner's threads, too.
_FORKING = """
import os, signal
from stations.limits import Limit, place_of_station, usage

ATTIC, NO_MORE = place_of_station(7), Limit(1e-9, 40_000)

def take(times):
    granted = 0
    for _ in range(times):
        with usage:
            granted += usage.take(ATTIC, NO_MORE) == 0
    return granted

def fork(work):
    if os.fork() == 0:
        os.write(writer, b"%d " % work())
        os._exit(0)

def die():
    usage.__enter__()
    usage.take(ATTIC, NO_MORE)
    os.kill(os.getpid(), signal.SIGKILL)

reader, writer = os.pipe()
"""


def run_forking(script: str) -> list[int]:
    """Run a script that forks; return the numbers that it printed."""
    command = [sys.executable, "-c", _FORKING + script]
    printed = subprocess.run(
        command, cwd=_ROOT, capture_output=True, timeout=PATIENCE_S, check=True
    )
    return [int(number) for number in printed.stdout.split()]


def test_a_burst_goes_through_and_no_more(usage: Usage, clock: Clock) -> None:
    assert take(usage, 25) == 10


def test_it_comes_back_one_by_one(usage: Usage, clock: Clock) -> None:
    take(usage, 10)
    clock.now += 3.0
    assert take(usage, 25) == 3


def test_no_more_than_a_burst_ever_comes_back(usage: Usage, clock: Clock) -> None:
    take(usage, 10)
    clock.now += 86_400
    assert take(usage, 25) == 10


def test_what_is_refused_costs_nothing(usage: Usage, clock: Clock) -> None:
    take(usage, 1_000)
    clock.now += 1.0
    assert take(usage, 1) == 1


def test_the_wait_is_told(usage: Usage, clock: Clock) -> None:
    take(usage, 10)
    clock.now += 0.25
    with usage:
        assert usage.take(ATTIC, LIMIT) == pytest.approx(0.75)
        assert usage.wait_s(ATTIC, LIMIT) == pytest.approx(0.75)


def test_asking_for_the_wait_takes_nothing(usage: Usage, clock: Clock) -> None:
    with usage:
        assert [usage.wait_s(ATTIC, LIMIT) for _ in range(20)] == [0.0] * 20


def test_several_are_taken_together_or_not_at_all(usage: Usage, clock: Clock) -> None:
    with usage:
        assert [usage.take(ATTIC, LIMIT, 6) == 0 for _ in range(2)] == [True, False]
        assert usage.take(ATTIC, LIMIT, 4) == 0


def test_what_is_larger_than_a_burst_goes_through_when_nothing_is_used(
    usage: Usage, clock: Clock
) -> None:
    """Else it could never go through."""
    with usage:
        assert [usage.take(ATTIC, LIMIT, 500) == 0 for _ in range(2)] == [True, False]


def test_no_limit_is_no_limit(usage: Usage) -> None:
    assert take(usage, 100, Limit(0, 10)) == 100
    assert usage.is_clean(ATTIC)


def test_stations_and_addresses_do_not_share(usage: Usage, clock: Clock) -> None:
    take(usage, 10)
    with usage:
        assert usage.take(place_of_station(8), LIMIT) == 0
        assert usage.take(STRANGER, LIMIT) == 0


def test_who_was_never_counted_is_clean(usage: Usage) -> None:
    assert usage.is_clean(STRANGER)
    with usage:
        usage.take(STRANGER, LIMIT)
    assert not usage.is_clean(STRANGER)


def test_the_log_is_told_once_a_minute(usage: Usage, clock: Clock) -> None:
    take(usage, 10)
    told = []
    with usage:
        for _ in range(4):
            told.append(usage.should_tell(ATTIC))
            clock.now += 30
    assert told == [True, False, True, False]


def test_telling_forgets_nothing(usage: Usage, clock: Clock) -> None:
    take(usage, 10)
    with usage:
        usage.should_tell(ATTIC)
    assert take(usage, 1) == 0


def test_more_keys_than_slots_take_no_more_memory(usage: Usage, clock: Clock) -> None:
    with usage:
        for number in range(100_000):
            usage.take(place_of_station(number), LIMIT)
        size = os.fstat(usage._file).st_size
    assert size == 512 * 1024


def test_whoever_used_most_is_kept_when_the_table_is_full(usage: Usage, clock: Clock) -> None:
    take(usage, 10)
    with usage:
        for number in range(100, 50_000):
            usage.take(place_of_station(number), LIMIT)
    assert take(usage, 1) == 0


def test_a_flood_of_addresses_pushes_no_station_out(usage: Usage, clock: Clock) -> None:
    take(usage, 1)
    with usage:
        for number in range(20_000):
            usage.take(place_of_address(f"10.1.{number // 250}.{number % 250}"), LIMIT, 10)
    assert take(usage, 10) == 9


def test_threads_share_exactly() -> None:
    """They are made to change over amid whatever they do."""
    granted = run_forking(
        "import sys, threading\n"
        "sys.setswitchinterval(1e-6)\n"
        "found = []\n"
        "work = lambda: found.append(take(20_000))\n"
        "threads = [threading.Thread(target=work) for _ in range(4)]\n"
        "for one in threads: one.start()\n"
        "for one in threads: one.join()\n"
        "print(*found)"
    )
    assert (len(granted), sum(granted)) == (4, 40_000)


def test_processes_share_exactly() -> None:
    granted = run_forking(
        "for _ in range(4): fork(lambda: take(20_000))\n"
        "for _ in range(4): os.wait()\n"
        "print(os.read(reader, 100).decode())"
    )
    assert (len(granted), sum(granted)) == (4, 40_000)


def test_a_process_that_is_killed_while_it_holds_the_lock_frees_it() -> None:
    assert run_forking("fork(die); os.wait(); print(take(80_000))") == [39_999]
