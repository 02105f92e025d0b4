"""The firmware in as little memory as an ESP8266 has."""

from __future__ import annotations

import pytest

from tests.board.conftest import RunScript, StartBoard
from tests.board.scripted_server import LOST, ScriptedServer, reply

# 36 kB counted in the 4-byte words of the ESP8266: here a word has 8 bytes.
ESP8266 = "36wK"


def test_hundreds_of_rounds_with_every_kind_of_answer_do_not_use_up_memory(
    board: StartBoard, server: ScriptedServer
) -> None:
    server.answers = [reply(200), reply(503), LOST, reply(400), b"garbage", reply(403)] * 20
    station = board(server, interval=0.1, heap=ESP8266, boot=HURRY)
    server.wait_for_requests(400)
    assert "Memory" not in station.console
    assert "machine.reset" not in station.console


HURRY = """
import run, sender
sender.backoff_ms = lambda failures, interval: 1
class Station(run.Station):
    def __init__(self):
        super().__init__()
        self.interval = 10
run.Station = Station
"""


ROUNDS = """
import gc
import run, wifitools

class Clock:
    now = 0
    def ms(self):
        return Clock.now
    def glance(self):
        return Clock.now

asked = [0, 0]
outages = [(2000, 2040), (4000, 4300), (7000, 7010)]

def ask(server, method, path, key, body=None, **options):
    asked[0] += 1
    minute = Clock.now // 60000
    if any(begin <= minute < end for begin, end in outages):
        raise OSError(111)
    if path == "/firmware/report":
        for piece in body():
            pass
        return 200, "OK %d -" % (1793491200000 + Clock.now)
    if method == "POST":
        count = sum(piece.count('"seq"') for piece in body())
        asked[1] += count
        return 200, '{"acknowledged": %d}' % count
    asked[1] += 1
    return 200, "OK"

wifitools.ask = ask
station = run.Station()
station.clock = station.sender.clock = station.sender.hourly.clock = Clock()
station.sample_at = station.sender.due = station.sender.hourly.at = 0
free = []
for minute in range(10000):
    station.step()
    station.memory.keep_time(Clock.now)
    Clock.now += 60000
    gc.collect()
    if minute % 1000 == 999:
        free.append(gc.mem_free())
for _ in range(10):
    station.step()
    Clock.now += 60000
print("sent", asked[1], "waiting", len(station.backlog), "lost", station.backlog.lost)
print("free", *free)
"""


@pytest.mark.long
def test_ten_thousand_rounds_stay_in_forty_kilobytes(run_script: RunScript) -> None:
    """A week of minutes with three outages, and what is free at its end is free at its begin."""
    lines = run_script(ROUNDS, heap="40wK", interval=60).splitlines()
    sent, free = lines[-2], [int(word) for word in lines[-1].split()[1:]]
    assert sent == "sent 10010 waiting 0 lost 0"
    assert free[-1] >= free[0] - 256
