"""The computer's clock at 1970, or a year ahead, under a real server."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from readings.times import DAY_MS, MINUTE_MS, SECOND_MS, now_ms
from tests.conftest import StartServer
from tests.reliability.asking import add_tutorial_station, health, post, until
from tests.serving import Server

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="clocks are set wrong by LD_PRELOAD"),
    pytest.mark.skipif(not shutil.which("gcc"), reason="needs gcc"),
]
_YEAR_S = 365 * 86_400
_SOURCE = Path(__file__).with_name("wrong_clock.c")


class Clock:
    """The clock of one server's computer."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.turn(0)

    def turn(self, seconds: float) -> None:
        """Let it be wrong by so much, at once."""
        draft = self._file.with_suffix(".new")
        draft.write_text(f"{seconds:.0f}")
        draft.replace(self._file)

    def turn_to_1970(self) -> None:
        self.turn(60 - time.time())


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    return Clock(tmp_path / "wrong-by")


@pytest.fixture
def env(clock: Clock, tmp_path: Path) -> dict[str, str]:
    library = tmp_path / "wrong_clock.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", library, _SOURCE], check=True)
    return {"LD_PRELOAD": str(library), "WRONG_BY_FILE": str(tmp_path / "wrong-by")}


@pytest.fixture
def server(start_server: StartServer, env: dict[str, str]) -> Server:
    server = start_server(**env)
    add_tutorial_station(server)
    assert post(server).status == 200
    until((server.data_dir / "clock.json").exists, server)
    return server


def delays_of_times(server: Server) -> list[int]:
    """Return by how much each stored time differs from the right one, in ms."""
    with server.database() as database:
        times = [at for (at,) in database.execute("SELECT measured_at FROM readings_reading")]
        heard = [at for (at,) in database.execute("SELECT received_at FROM readings_latest")]
    return [abs(now_ms() - at) for at in times + heard]


@pytest.mark.parametrize("wrong_by_s", [-1_700_000_000, -86_400, _YEAR_S])
def test_nothing_wrong_is_stored_and_a_clock_set_right_is_enough(
    server: Server, clock: Clock, wrong_by_s: int
) -> None:
    clock.turn(wrong_by_s)
    refused = post(server)
    assert (refused.status, refused.body) == (503, b"server clock wrong")
    assert health(server).status == 503
    assert b"clock" in health(server).body and b"confirm_clock" in health(server).body
    clock.turn(0)
    until(lambda: post(server).status == 200, server)
    assert max(delays_of_times(server)) < 10 * MINUTE_MS
    assert "The clock of this computer shows" in server.log()
    # It is said by the process that had objected, once it is asked again.
    until(lambda: post(server).status == 200 and "right again" in server.log(), server)


def test_a_computer_that_wakes_up_in_1970(server: Server, clock: Clock) -> None:
    server.stop()
    clock.turn_to_1970()
    server.start_without_waiting()
    until(lambda: post(server).body == b"server clock wrong", server)
    clock.turn(0)
    until(lambda: post(server).status == 200, server)
    assert max(delays_of_times(server)) < 10 * MINUTE_MS


def test_a_first_start_in_1970_waits_for_the_time(server: Server, clock: Clock) -> None:
    server.stop()
    shutil.rmtree(server.data_dir)
    clock.turn_to_1970()
    server.start_without_waiting()
    until(lambda: health(server).status == 503, server)
    add_tutorial_station(server)
    assert post(server).body == b"server clock wrong"
    clock.turn(0)
    until(lambda: post(server).status == 200, server)
    assert max(delays_of_times(server)) < 10 * MINUTE_MS


def test_a_year_ahead_is_still_wrong_after_a_restart(server: Server, clock: Clock) -> None:
    server.stop()
    clock.turn(_YEAR_S)
    server.start_without_waiting()
    until(lambda: post(server).body == b"server clock wrong", server)
    assert server.count_readings() == 1


def test_an_operator_can_confirm_it(server: Server, clock: Clock) -> None:
    clock.turn(_YEAR_S)
    assert post(server).status == 503
    server.manage("confirm_clock")
    until(lambda: post(server).status == 200, server)
    assert max(delays_of_times(server)) > 364 * DAY_MS - SECOND_MS


def test_a_clock_a_year_ahead_prunes_nothing(server: Server, clock: Clock) -> None:
    server.manage("seed_demo", "--days", "3")
    server.stop()  # else its watcher may be in a round, past its look at the clock
    clock.turn(_YEAR_S)
    before = server.count_readings()
    server.manage("shell", "-v0", "-c", _PRUNE)
    assert server.count_readings() == before


_PRUNE = """
from contextlib import suppress
from alerts.watcher import Watcher
from stations.models import Sensor
from upkeep import retention
from upkeep.schedule import TaskFailed
Sensor.objects.update(keep_raw_months=1)
Watcher().round()
Watcher().tidy()
with suppress(TaskFailed):
    retention.nightly()
"""
