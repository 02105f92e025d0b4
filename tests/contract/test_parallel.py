"""Many boards at once."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import ExitStack

import pytest

from tests.contract.wire import post_all
from tests.factories import update_path
from tests.patience import PATIENCE_S
from tests.serving import Server

pytestmark = pytest.mark.xdist_group("gunicorn")


def test_1000_readings_of_16_clients_are_all_stored(household: Server) -> None:
    added = household.manage("add_station", "Parallel", "--mac", "5c:cf:7f:00:10:00", "--json")
    key = json.loads(added)["api_key"]
    values = [number / 10 for number in range(-200, 800)]
    paths = [update_path(api_key=key, mac="5c:cf:7f:00:10:00", data=value) for value in values]
    exchanges = asyncio.run(post_all(household.port, paths, clients=16))
    assert {(one.status, one.body) for one in exchanges} == {(200, b"OK")}
    assert _values_of(household, "Parallel") == values


def test_boards_that_call_while_the_server_is_busy_wait_in_line(household: Server) -> None:
    with ExitStack() as stack:
        household.freeze()
        stack.callback(household.thaw)
        line = [stack.enter_context(_connection(household.port)) for _ in range(200)]
        household.thaw()
        for board in line:
            board.sendall(f"GET {update_path()} HTTP/1.0\r\n\r\n".encode())
        assert {board.recv(12) for board in line} == {b"HTTP/1.0 200"}


def _connection(port: int) -> socket.socket:
    """Connect; a queue that is full would leave the caller without an answer."""
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)


def _values_of(server: Server, station: str) -> list[float]:
    """Return what the database holds of a station, smallest first."""
    with server.database() as database:
        rows = database.execute(
            "SELECT value FROM readings_reading JOIN stations_sensor ON sensor_id = id"
            " WHERE station_id = (SELECT id FROM stations_station WHERE name = ?) ORDER BY value",
            [station],
        ).fetchall()
    return [value for (value,) in rows]
