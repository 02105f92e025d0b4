"""The limits of the real server with four workers: exact, and deaf to what is forwarded."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Sequence

from tests.conftest import StartServer
from tests.contract.wire import parse
from tests.factories import TUTORIAL_MAC, update_path
from tests.serving import Server

Request = tuple[str, ...]  # a path and headers

NEVER_BACK = "0.000001"
FOUR = {"WEB_CONCURRENCY": "4"}
STATIONS = FOUR | {"STATION_RATE_LIMIT": NEVER_BACK, "STATION_RATE_BURST": "150"}
REFUSALS = FOUR | {"REFUSAL_RATE_LIMIT": NEVER_BACK, "REFUSAL_RATE_BURST": "40"}
WRONG = update_path(api_key="wrong")


def add_station(server: Server, mac: str = TUTORIAL_MAC) -> str:
    """Register a station; return its path."""
    added = server.manage("add_station", f"Station {mac}", "--mac", mac, "--json")
    return update_path(api_key=json.loads(added)["api_key"], mac=mac)


async def _ask(port: int, path: str, *headers: str) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = [f"GET {path} HTTP/1.0", "Host: 127.0.0.1", *headers]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
    reply = await asyncio.wait_for(reader.read(), 20)
    writer.close()
    return parse(reply).status


def ask_all(server: Server, requests: Sequence[Request], clients: int = 16) -> Counter[int]:
    """Send requests (a path and headers) from so many clients at a time; count the statuses."""
    waiting = list(requests)

    async def client() -> list[int]:
        found = []
        while waiting:
            found.append(await _ask(server.port, *waiting.pop()))
        return found

    async def scenario() -> list[list[int]]:
        return await asyncio.gather(*(client() for _ in range(clients)))

    return Counter(status for found in asyncio.run(scenario()) for status in found)


def with_changing_hop(path: str, times: int) -> list[Request]:
    """Requests that each say they come from somewhere else."""
    return [(path, f"X-Forwarded-For: 198.51.{n // 250}.{n % 250}") for n in range(times)]


def test_a_station_stores_exactly_its_limit(start_server: StartServer) -> None:
    server = start_server(**STATIONS)
    path = add_station(server)
    assert ask_all(server, [(path,)] * 400) == {200: 150, 429: 250}
    assert server.count_readings() == 150


def test_a_changing_forwarded_address_helps_no_station(start_server: StartServer) -> None:
    server = start_server(**STATIONS)
    path = add_station(server)
    assert ask_all(server, with_changing_hop(path, 400)) == {200: 150, 429: 250}


def test_the_stations_of_one_house_do_not_limit_each_other(start_server: StartServer) -> None:
    server = start_server(**STATIONS)
    paths = [add_station(server, f"5c:cf:7f:00:30:0{number}") for number in range(3)]
    assert ask_all(server, [(path,) for path in paths] * 120) == {200: 360}


def test_an_address_is_refused_exactly_its_limit(start_server: StartServer) -> None:
    server = start_server(**REFUSALS)
    path = add_station(server)
    assert ask_all(server, [(WRONG,)] * 200) == {403: 40, 429: 160}
    assert ask_all(server, [(path,)] * 10) == {429: 10}
    assert server.count_readings() == 0


def test_a_changing_forwarded_address_helps_nobody(start_server: StartServer) -> None:
    server = start_server(**REFUSALS)
    names = ("X-Forwarded-For: ", "X-Real-IP: ", "Client-IP: ", "Forwarded: for=")
    spoofed = [(WRONG, f"{name}198.51.100.{n}") for n in range(50) for name in names]
    assert ask_all(server, spoofed) == {403: 40, 429: 160}


def test_behind_a_proxy_each_client_has_its_own_limit(start_server: StartServer) -> None:
    server = start_server(**REFUSALS, FORWARDED_ALLOW_IPS="127.0.0.1")
    requests = [(WRONG, f"X-Forwarded-For: 192.168.1.{n % 2}") for n in range(200)]
    assert ask_all(server, requests) == {403: 80, 429: 120}


def test_behind_a_proxy_what_a_client_forwards_itself_does_not_count(
    start_server: StartServer,
) -> None:
    server = start_server(**REFUSALS, FORWARDED_ALLOW_IPS="127.0.0.1")
    hops = [(WRONG, f"X-Forwarded-For: 198.51.100.{n}, 192.168.1.9") for n in range(200)]
    assert ask_all(server, hops) == {403: 40, 429: 160}


def test_the_log_says_so_once_though_four_workers_do_it(start_server: StartServer) -> None:
    server = start_server(**REFUSALS)
    ask_all(server, [(WRONG,)] * 200)
    assert server.log().count("is not listened to") == 1
