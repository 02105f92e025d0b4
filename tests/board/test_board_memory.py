"""The firmware in as little memory as an ESP8266 has."""

from __future__ import annotations

from tests.board.conftest import StartBoard
from tests.board.scripted_server import LOST, ScriptedServer, reply

# 36 kB counted in the 4-byte words of the ESP8266: here a word has 8 bytes.
ESP8266 = "36wK"


def test_hundreds_of_rounds_with_every_kind_of_answer_do_not_use_up_memory(
    board: StartBoard, server: ScriptedServer
) -> None:
    server.answers = [reply(200), reply(503), LOST, reply(400), b"garbage", reply(403)] * 20
    station = board(server, interval=0.1, heap=ESP8266, boot=HURRY)
    server.wait_for_requests(400, timeout=60)
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
