"""Many boards at once, and a server that dies under them."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.conftest import StartServer
from tests.contract.wire import Exchange, post, post_all
from tests.factories import TUTORIAL_MAC, update_path
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


def test_no_acknowledged_reading_is_lost_when_every_process_is_killed(
    start_server: StartServer,
) -> None:
    server = start_server()
    added = server.manage("add_station", "Attic", "--mac", TUTORIAL_MAC, "--json")
    key = json.loads(added)["api_key"]
    acknowledged = asyncio.run(_post_until_killed(server, key, kill_after=300))
    server.start()
    assert len(acknowledged) >= 300
    assert acknowledged <= set(_values_of(server, "Attic"))


async def _post_until_killed(server: Server, key: str, kill_after: int) -> set[float]:
    """Post from 8 clients; kill the server while they do; return what it acknowledged."""
    acknowledged: set[float] = set()
    is_time = asyncio.Event()
    numbers = iter(range(100_000))

    async def client() -> None:
        while True:
            value = next(numbers) / 1_000
            one: Exchange = await post(server.port, update_path(api_key=key, data=value))
            if one.status == 0:
                return
            assert one.body == b"OK"
            acknowledged.add(value)
            if len(acknowledged) >= kill_after:
                is_time.set()

    async def power_cut() -> None:
        await is_time.wait()
        await asyncio.to_thread(server.kill)

    await asyncio.gather(power_cut(), *(client() for _ in range(8)))
    return acknowledged


def _values_of(server: Server, station: str) -> list[float]:
    """Return what the database holds of a station, smallest first."""
    with server.database() as database:
        rows = database.execute(
            "SELECT value FROM readings_reading JOIN stations_sensor ON sensor_id = id"
            " WHERE station_id = (SELECT id FROM stations_station WHERE name = ?) ORDER BY value",
            [station],
        ).fetchall()
    return [value for (value,) in rows]
