"""The firmware in as little memory as an ESP8266 has."""

from __future__ import annotations

import pytest

from tests.board.conftest import RunScript, StartBoard
from tests.board.scripted_server import LOST, ScriptedServer, reply

# 36 kB counted in the 4-byte words of the ESP8266: here a word has 8 bytes.
ESP8266 = "36wK"

QUEUE = """
from backlog import Backlog
backlog = Backlog(5)
"""


def test_backlog_hands_out_the_oldest_first(run_script: RunScript) -> None:
    script = QUEUE + (
        "for n in range(3): backlog.push(10 * n, 20.5 + n)\n"
        "while backlog:\n    print(*backlog.oldest())\n    backlog.drop_oldest()\n"
    )
    assert run_script(script).splitlines() == ["0 20.5 1", "10 21.5 2", "20 22.5 3"]


def test_full_backlog_drops_the_oldest_and_says_so(run_script: RunScript) -> None:
    script = QUEUE + (
        "print([backlog.push(n, n) for n in range(7)])\nprint(len(backlog), *backlog.oldest())"
    )
    told, rest = run_script(script).splitlines()
    assert told == "[False, False, False, False, False, True, True]"
    assert rest == "5 2 2.0 3"


def test_numbers_stay_right_when_the_backlog_runs_empty_and_round(run_script: RunScript) -> None:
    script = QUEUE + (
        "for n in range(12):\n"
        "    backlog.push(n, n)\n"
        "    print(backlog.oldest()[2])\n"
        "    backlog.drop_oldest()\n"
    )
    assert run_script(script).split() == [str(n) for n in range(1, 13)]


@pytest.mark.parametrize("celsius", [-40.0, -20.56, -0.01, 0.0, 21.06, 125.0])
def test_backlog_keeps_hundredths(run_script: RunScript, celsius: float) -> None:
    script = QUEUE + f"backlog.push(0, {celsius})\nprint(backlog.oldest()[1])"
    assert float(run_script(script)) == pytest.approx(celsius, abs=1e-6)


def test_backlog_keeps_seconds_of_a_century(run_script: RunScript) -> None:
    script = QUEUE + "backlog.push(4294967295, 0)\nprint(backlog.oldest()[0])"
    assert run_script(script) == "4294967295\n"


FULL = """
import gc
import run, wifitools

answer = (503, "later")
wifitools.post = lambda *arguments: answer

station = run.Station()
clock = [0]
class Clock:
    def ms(self):
        return clock[0]
station.clock = Clock()
for _ in range(1500):
    station.step()
    clock[0] += 60000
    gc.collect()
print("count", len(station.backlog), "free", gc.mem_free())
answer = (200, "OK")
while station.backlog:
    station.step()
    clock[0] += 60000
gc.collect()
print("empty", gc.mem_free())
"""


def test_day_long_outage_fits_the_memory_of_an_esp8266(run_script: RunScript) -> None:
    """1500 minutes without a server, then everything that was kept is sent."""
    printed = run_script(FULL, heap=ESP8266, interval=60)
    assert "count 960" in printed
    assert "empty" in printed


def test_hundreds_of_rounds_with_every_kind_of_answer_do_not_use_up_memory(
    board: StartBoard, server: ScriptedServer
) -> None:
    server.answers = [reply(200), reply(503), LOST, reply(400), b"garbage", reply(403)] * 20
    station = board(server, interval=0.1, heap=ESP8266, boot=HURRY)
    server.wait_for_requests(400, timeout=60)
    assert "Memory" not in station.console
    assert "machine.reset" not in station.console


HURRY = """
import run
run.backoff_ms = lambda failures, interval: 1
run.PAUSE_MS = 1
class Station(run.Station):
    def __init__(self):
        super().__init__()
        self.interval = 10
run.Station = Station
"""
