"""Strangers before the real server with its workers: listed, bounded, and nobody waits."""

from __future__ import annotations

import json

from tests.conftest import StartServer
from tests.factories import TUTORIAL_KEY, TUTORIAL_MAC, update_path
from tests.reliability.test_limits_across_workers import ask_all
from tests.serving import Server, wait_until

MAC = "5c:cf:7f:0a:1b:2c"
STRANGERS = 3_000
UNLIMITED = {"REFUSAL_RATE_LIMIT": "0", "WEB_CONCURRENCY": "2"}
ROWS = "SELECT mac, count, address, is_ignored FROM stations_refusedboard"
ADOPT = (
    "from stations import adoption; from stations.models import RefusedBoard;"
    f" board = RefusedBoard.objects.get(mac='{TUTORIAL_MAC}');"
    " adoption.adopt_station(board, board.key_mark)"
)


def wait_for(server: Server, mac: str, count: int) -> None:
    """Wait until so many calls of a board are listed."""
    wait_until(lambda: any(row[:2] == (mac, count) for row in server.query(ROWS)), server.log)


def test_both_workers_count_the_calls_of_one_board(start_server: StartServer) -> None:
    server = start_server(**UNLIMITED)
    assert ask_all(server, [(update_path(mac=MAC),)] * 60) == {403: 60}
    wait_for(server, MAC, 60)
    assert server.query(ROWS) == [(MAC, 60, "127.0.0.1", 0)]


def test_an_adopted_board_is_stored_with_its_next_call(start_server: StartServer) -> None:
    server = start_server(**UNLIMITED)
    path = update_path(mac=TUTORIAL_MAC, api_key=TUTORIAL_KEY)
    assert ask_all(server, [(path,)]) == {403: 1}
    wait_for(server, TUTORIAL_MAC, 1)
    server.manage("shell", "-c", ADOPT)
    assert ask_all(server, [(path,)] * 8) == {200: 8}


def test_a_flood_of_strangers_makes_no_station_and_costs_no_reading(
    start_server: StartServer,
) -> None:
    server = start_server(**UNLIMITED)
    added = json.loads(server.manage("add_station", "Attic", "--mac", MAC, "--json"))
    own = update_path(api_key=added["api_key"], mac=MAC)
    strangers = [(update_path(mac=f"{n:012x}"),) for n in range(STRANGERS)]
    mixed = strangers[: STRANGERS // 2] + [(own,)] * 200 + strangers[STRANGERS // 2 :]
    assert ask_all(server, mixed) == {403: STRANGERS, 200: 200}
    assert server.count_readings() == 200
    listed = "SELECT count(*) FROM stations_refusedboard"
    wait_until(lambda: server.query(listed)[0][0] == 200, server.log)
    assert server.query("SELECT name FROM stations_station") == [("Attic",)]
