"""What a process remembers of those who call, until it is written."""

from __future__ import annotations

import logging
import subprocess
import sys
from itertools import pairwise
from queue import SimpleQueue

import pytest

from readings import callers
from readings.callers import Collector, Notes, next_pause, write_or_tell
from readings.measurements import Submission
from readings.outcomes import Outcome, Refused, Stored
from tests.patience import PATIENCE_S
from tests.readings.calls import ADDRESS, MAC, make_call

ATTIC = 7  # its id
UNKNOWN = Refused(403, "wrong key or MAC", "unknown station")


def noted(*pairs: tuple[Submission, Outcome]) -> Notes:
    collector = Collector()
    for submission, outcome in pairs:
        collector.note([submission], [outcome])
    return collector.take()


def stored() -> Stored:
    return Stored(ATTIC, "Attic", ())


def fail(notes: Notes) -> None:
    raise OSError(28, "No space left on device")


def test_a_refused_board_is_remembered_with_what_it_sent() -> None:
    (refusal,) = noted((make_call(MAC, "its-key", value=21.5), UNKNOWN)).refusals
    assert (refusal.mac, refusal.key, refusal.address) == (MAC, "its-key", ADDRESS)
    assert refusal.measurement is not None
    assert (refusal.measurement.value, refusal.cause) == (21.5, "unknown station")


def test_calls_of_one_board_are_one_note_that_counts_them() -> None:
    (refusal,) = noted(*[(make_call(value=float(n)), UNKNOWN) for n in range(5)]).refusals
    assert refusal.measurement is not None
    assert (refusal.calls, refusal.measurement.value) == (5, 4.0)


@pytest.mark.parametrize(
    "outcome",
    [
        Refused(400, "bad data: number", "bad value", "Attic"),
        Refused(403, "wrong key or MAC", "inactive station"),
        Refused(429, "too fast", "too fast"),
        Refused(503, "busy, send again", "server busy"),
    ],
)
def test_who_was_refused_for_another_cause_is_not_noted(outcome: Refused) -> None:
    assert noted((make_call(), outcome)).refusals == []


def test_what_was_taken_is_not_taken_again() -> None:
    collector = Collector()
    collector.note([make_call()], [UNKNOWN])
    collector.note_old_key(1)
    collector.take()
    assert collector.take() == Notes([], {}, {}, {})


def test_of_a_flood_the_latest_are_kept() -> None:
    flood = [(make_call(f"{n:012x}"), UNKNOWN) for n in range(10_000)]
    kept = [refusal.mac for refusal in noted(*flood).refusals]
    assert kept == [f"{n:012x}" for n in range(10_000 - callers.MOST, 10_000)]


def test_a_board_that_calls_on_is_not_lost_in_a_flood() -> None:
    flood = [(make_call(f"{n:012x}"), UNKNOWN) for n in range(10_000)]
    for place in range(0, 10_000, 150):
        flood.insert(place, (make_call(MAC), UNKNOWN))
    assert MAC in [refusal.mac for refusal in noted(*flood).refusals]


def test_a_note_of_endless_texts_is_short() -> None:
    (refusal,) = noted((make_call("m" * 9_000, "k" * 9_000), UNKNOWN)).refusals
    assert len(refusal.mac) + len(refusal.key) < 200


# --- where stations call from ---------------------------------------------------------


def test_the_address_of_a_station_is_noted() -> None:
    assert noted((make_call(), stored())).addresses == {ATTIC: ADDRESS}


def test_an_address_is_noted_only_when_it_changes() -> None:
    collector = Collector()
    found = []
    for address in ("192.168.1.23", "192.168.1.23", "192.168.1.24"):
        collector.note([make_call(address=address)], [stored()])
        found.append(collector.take().addresses)
    assert found == [{ATTIC: "192.168.1.23"}, {}, {ATTIC: "192.168.1.24"}]


def test_a_station_at_its_place_wakes_nobody() -> None:
    collector = Collector()
    collector.note([make_call()], [stored()])
    collector.take()
    collector.note([make_call()], [stored()])
    assert not collector.is_pending.is_set()


def test_an_address_that_could_not_be_written_is_noted_again() -> None:
    collector = Collector()
    collector.note([make_call()], [stored()])
    write_or_tell(fail, collector)
    collector.note([make_call()], [stored()])
    assert collector.take().addresses == {ATTIC: ADDRESS}


# --- when it is written ------------------------------------------------------------------


def test_a_board_that_calls_each_minute_is_written_soon() -> None:
    assert next_pause(60.0, quiet_s=58) == 2


def test_a_board_that_never_stops_is_written_once_a_minute() -> None:
    pauses = [2.0]
    for _ in range(10):
        pauses.append(next_pause(pauses[-1], quiet_s=0.01))
    assert pauses[-1] == 60
    assert all(before <= after for before, after in pairwise(pauses))


def test_a_database_that_fails_ends_no_writing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        write_or_tell(fail, Collector())
    assert "could not be listed. The disk with the data folder is full" in caplog.text


def test_what_is_noted_is_written_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callers, "_SOON_S", 0.0)
    written: SimpleQueue[Notes] = SimpleQueue()
    collector = Collector()
    collector.write_with(written.put)
    collector.note_old_key(7)
    assert list(written.get(timeout=PATIENCE_S).old_keys) == [7]


_FORKED = r"""
import os, sys
import django
django.setup()
from queue import SimpleQueue
from readings import callers
callers._SOON_S = 0.0
written = SimpleQueue()
collector = callers.Collector()
collector.write_with(written.put)
child = os.fork()
collector.note_old_key(1 if child else 2)
os.write(1, b"%d\n" % list(written.get(timeout=20).old_keys)[0])  # in one piece
sys.exit(os.waitpid(child, 0)[1] if child else 0)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="nothing forks there")
def test_each_process_of_a_server_writes_what_it_notes() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FORKED], capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(done.stdout.splitlines()) == ["1", "2"]
