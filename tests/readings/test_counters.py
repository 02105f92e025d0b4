"""`readings.counters`: what all workers have done, seen by each of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from readings.counters import CAUSES, OTHER, STORED, Counters

_ROOT = Path(__file__).resolve().parents[2]

forks = pytest.mark.skipif(sys.platform == "win32", reason="Windows forks no workers")


# Forks workers as gunicorn does; pytest itself has threads, which a fork would not survive.
_FORKING = """
import os
from readings.counters import Counters
counters = Counters()
for row in {rows}:
    pid = os.fork()
    if pid == 0:
        counters.use_row(row)
        {work}
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
{after}
totals = counters.totals()
print(totals["stored"], totals["waiting"], totals["peak"])
"""


def seen_by_the_master(rows: tuple[int, ...], work: str, after: str = "") -> str:
    program = _FORKING.format(rows=rows, work=work, after=after)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=_ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_nothing_was_done_at_first() -> None:
    assert set(Counters().totals().values()) == {0}


def test_readings_and_refusals_are_counted_by_name() -> None:
    counters = Counters()
    counters.add(STORED, 3)
    counters.add(STORED)
    counters.add("wrong key")
    assert (counters.totals()[STORED], counters.totals()["wrong key"]) == (4, 1)


def test_a_cause_that_nobody_foresaw_is_counted_too() -> None:
    counters = Counters()
    counters.add("struck by lightning")
    assert counters.totals()[OTHER] == 1


def test_the_longest_queue_is_remembered() -> None:
    counters = Counters()
    for length in (2, 7, 1):
        counters.wait(length)
    assert (counters.totals()["waiting"], counters.totals()["peak"]) == (1, 7)


@forks
def test_workers_see_each_others_counts() -> None:
    assert seen_by_the_master((1, 2), "counters.add('stored', 5); counters.wait(4)") == "10 8 4"


@forks
def test_nobody_waits_in_a_worker_that_has_ended_but_its_counts_stay() -> None:
    work = "counters.add('stored'); counters.wait(4)"
    assert seen_by_the_master((65,), work, "counters.forget_waiting(65)") == "1 0 4"


def test_every_cause_has_a_counter_of_its_own() -> None:
    counters = Counters()
    for number, cause in enumerate(CAUSES):
        counters.add(cause, number)
    assert [counters.totals()[cause] for cause in CAUSES] == list(range(len(CAUSES)))
