"""What happens to the readings while the server, the Wi-Fi or the sensor is away."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from tests.board.conftest import RunScript, StartBoard
from tests.board.scripted_server import ScriptedServer, reply
from tests.board.virtual_board import VirtualBoard


def wait_for_measurements(board: VirtualBoard, count: int) -> None:
    for _ in range(count):
        board.wait_for("measured")


def test_backlog_of_an_outage_arrives_oldest_first(
    board: StartBoard, down_server: ScriptedServer
) -> None:
    station = board(down_server)
    wait_for_measurements(station, 6)
    down_server.start()
    numbers = [request.number for request in down_server.wait_for_requests(10)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_backlog_keeps_what_was_measured_and_when(
    board: StartBoard, down_server: ScriptedServer
) -> None:
    station = board(down_server, interval=3, temperature=1)
    for celsius in (2, 3):
        station.wait_for("measured")
        station.set_temperature(celsius)
    station.wait_for("measured 3.00")
    down_server.start()
    requests = down_server.wait_for_requests(3)[:3]
    assert [request["data"] for request in requests] == ["1.00", "2.00", "3.00"]
    times = [datetime.fromisoformat(request["measured_at"]) for request in requests]
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
    assert gaps == [pytest.approx(3, abs=1)] * 2
    assert abs(datetime.now(UTC) - times[-1]).total_seconds() < 60


def test_backlog_goes_in_one_request(board: StartBoard, down_server: ScriptedServer) -> None:
    station = board(down_server)
    wait_for_measurements(station, 5)
    down_server.start()
    station.wait_for("sent,")
    assert _numbers(down_server.posts[0])[:5] == [1, 2, 3, 4, 5]


def test_time_is_asked_before_a_backlog_is_sent(
    board: StartBoard, down_server: ScriptedServer
) -> None:
    station = board(down_server)
    wait_for_measurements(station, 3)
    down_server.start()
    down_server.wait_for_requests(3)
    assert len(down_server.reports) == 1
    assert all("measured_at" in (request.item or {}) for request in down_server.requests[:3])


def test_server_that_knows_no_reports_is_told_ages(
    board: StartBoard, down_server: ScriptedServer
) -> None:
    down_server.report_answer = reply(404, "no such page")
    station = board(down_server)
    wait_for_measurements(station, 3)
    down_server.start()
    requests = down_server.wait_for_requests(3)
    assert all(int(request["age"]) >= 0 for request in requests[:3])


def test_one_bad_reading_does_not_keep_the_others_back(
    board: StartBoard, down_server: ScriptedServer
) -> None:
    """The batch is refused for it: one by one shows which it is."""
    down_server.answers = [
        reply(400, "readings[1]: bad value"),
        reply(200),
        reply(400, "readings[0]: bad value"),
        reply(400, "bad value"),
    ]
    station = board(down_server, interval=1)
    wait_for_measurements(station, 4)
    down_server.start()
    station.wait_for("server refuses this reading, dropped: bad value")
    station.wait_for("sent, 0 waiting")
    batches = [_numbers(raw) for raw in down_server.posts]
    assert batches[1:4] == [[1], [2, 3], [2]]
    assert batches[4][0] == 3


def test_batch_counts_only_when_all_of_it_is_acknowledged(
    board: StartBoard, down_server: ScriptedServer
) -> None:
    down_server.answers = [reply(200, '{"acknowledged": 1}'), reply(200, "<html>"), reply(202)]
    station = board(down_server)
    wait_for_measurements(station, 3)
    down_server.start()
    station.wait_for("sent, 0 waiting")
    first, second, third, fourth = (_numbers(raw) for raw in down_server.posts[:4])
    assert first[0] == second[0] == third[0] == fourth[0] == 1


def _numbers(raw: bytes) -> list[int]:
    return [int(found) % 100_000 for found in re.findall(rb'"seq":"[0-9a-z]{8}-(\d+)"', raw)]


def test_measuring_goes_on_during_an_outage(board: StartBoard, down_server: ScriptedServer) -> None:
    station = board(down_server)
    station.wait_for("server does not answer")
    wait_for_measurements(station, 5)


def test_failure_ends_the_round(board: StartBoard, server: ScriptedServer) -> None:
    server.otherwise = reply(503, "try later")
    station = board(server)
    for _ in range(4):
        station.wait_for("server answered 503")
    events = [line for line in station.console.splitlines() if "503" in line or "next try" in line]
    assert all("next try" in line for line in events[1::2])


def test_board_waits_longer_after_every_failure_and_never_over_five_minutes(
    run_script: RunScript,
) -> None:
    script = "import sender\nfor n in range(1, 40): print(sender.backoff_ms(n, 60000))"
    waits = [int(line) for line in run_script(script).split()]
    full = [10_000, 20_000, 40_000, 80_000, 160_000] + [300_000] * 34
    assert all(0.75 * most <= wait <= most for wait, most in zip(waits, full, strict=True))


def test_boards_do_not_all_return_at_the_same_moment(run_script: RunScript) -> None:
    script = "import sender\nfor _ in range(50): print(sender.backoff_ms(9, 60000))"
    assert len(set(run_script(script).split())) > 10


def test_readings_wait_for_the_wifi(board: StartBoard, server: ScriptedServer) -> None:
    station = board(server, boot=SHORT_PATIENCE)
    station.wait_for("sent")
    station.set_wifi(False)
    station.wait_for("no Wi-Fi")
    before = len(server.requests)
    wait_for_measurements(station, 3)
    station.set_wifi(True)
    numbers = [request.number for request in server.wait_for_requests(before + 4)]
    assert numbers == list(range(1, len(numbers) + 1))


SHORT_PATIENCE = """
import wifitools
patient = wifitools.connect
def connect(ssid, password, **options):
    return patient(ssid, password, timeout_s=0.2, **options)
wifitools.connect = connect
"""

WIFI_AWAY = """
with open("wifi", "w") as file:
    file.write("down")
"""


def test_board_starts_while_the_wifi_is_away(board: StartBoard, server: ScriptedServer) -> None:
    station = board(server, boot=SHORT_PATIENCE + WIFI_AWAY)
    station.wait_for("no Wi-Fi")
    station.set_wifi(True)
    assert server.wait_for_requests(1)[0].number == 1


def test_radio_takes_every_new_try(board: StartBoard, server: ScriptedServer) -> None:
    """An ESP32 refuses to connect while an old try is still under way."""
    station = board(server, boot=SHORT_PATIENCE + WIFI_AWAY)
    for _ in range(3):
        assert station.wait_for("no Wi-Fi").endswith("is SSID right, and the network in reach?")


def test_wifi_is_joined_afresh_when_nobody_answers_for_long(
    board: StartBoard, down_server: ScriptedServer
) -> None:
    station = board(down_server)
    for _ in range(3):
        station.wait_for("server does not answer")
    station.wait_for("leaving the network")
    station.wait_for("joining home")


def test_own_access_point_is_switched_off(run_script: RunScript) -> None:
    script = (
        "import wifitools, network\nwifitools.connect('a', 'b')\nprint(network.WLAN.is_ap_active)"
    )
    assert run_script(script).splitlines()[-1] == "False"


def test_missing_sensor_does_not_hold_up_the_backlog(
    board: StartBoard, down_server: ScriptedServer
) -> None:
    station = board(down_server)
    wait_for_measurements(station, 3)
    station.set_temperature("missing")
    station.wait_for("sensor: no MCP9808 answers")
    before = station.console.count("measured")
    down_server.start()
    assert len(down_server.wait_for_requests(before)) == before


def test_sensor_is_read_again_once_it_is_back(board: StartBoard, server: ScriptedServer) -> None:
    station = board(server, temperature="missing")
    station.wait_for("sensor: no MCP9808 answers")
    station.set_temperature(19.5)
    assert server.wait_for_requests(1)[0]["data"] == "19.50"


def test_full_memory_gives_up_the_oldest_and_says_so(
    board: StartBoard, down_server: ScriptedServer
) -> None:
    station = board(down_server, boot=SMALL_MEMORY)
    station.wait_for("memory full: the oldest are lost, 1")
    station.wait_for("memory full: the oldest are lost, 1")
    down_server.start()
    numbers = [request.number for request in down_server.wait_for_requests(4)]
    assert numbers[0] >= 3
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


SMALL_MEMORY = """
import backlog, memory
backlog.BATCH = 99
memory.SIZE = memory.START + 3 * 12
"""
