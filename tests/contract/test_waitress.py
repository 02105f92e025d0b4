"""The web server that Windows gets, waitress, on the same application; the wire is real."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.wire import as_a_board, as_http_1_1, exchange, parse, post, post_all
from tests.factories import TUTORIAL_KEY, TUTORIAL_MAC, update_path
from tests.serving import Server, stopped_server

# Its children begin anew there: Windows knows no forks.
_SERVE = """
from multiprocessing import get_context
import django
django.setup()
from django.core.management import call_command
from iotserver import children
children.CONTEXT, children.web = get_context("spawn"), children.waitress
call_command("serve")
"""
_REVOKE = "from stations.verbs import set_active; set_active([1], False)"


@pytest.fixture
def server(data_of_a_first_start: Path, tmp_path: Path) -> Iterator[Server]:
    """A server that was started as on Windows and knows the tutorial's station."""
    serve = [sys.executable, "-c", _SERVE]
    with stopped_server(tmp_path, data_of_a_first_start, serve) as server:
        server.manage("add_station", "Tutorial", "--mac", TUTORIAL_MAC, "--key", TUTORIAL_KEY)
        server.start()
        yield server


def test_a_board_gets_its_ok_when_the_reading_is_stored(server: Server) -> None:
    answer = parse(exchange(server.port, as_a_board(update_path(data=21.5))))
    assert (answer.status, answer.body, answer.header("content-length")) == (200, b"OK", "2")
    assert server.query("SELECT value FROM readings_reading") == [(21.5,)]


def test_a_wrong_key_is_told_and_stores_nothing(server: Server) -> None:
    answer = parse(exchange(server.port, as_a_board(update_path(api_key="guessed"))))
    assert (answer.status, answer.body) == (403, b"wrong key or MAC")
    assert server.count_readings() == 0


def test_16_boards_at_once_are_all_known_and_all_stored(server: Server) -> None:
    """Its threads must not keep from each other what they hear of a station."""
    values = [number / 10 for number in range(200)]
    paths = [update_path(data=value) for value in values]
    exchanges = asyncio.run(post_all(server.port, paths, clients=16))
    assert {(one.status, one.body) for one in exchanges} == {(200, b"OK")}
    stored = server.query("SELECT value FROM readings_reading ORDER BY value")
    assert [value for (value,) in stored] == values


def test_a_station_that_another_process_revokes_is_out_at_once(server: Server) -> None:
    assert asyncio.run(post(server.port, update_path())).status == 200
    server.manage("shell", "--verbosity=0", "-c", _REVOKE)
    answers = asyncio.run(post_all(server.port, [update_path()] * 16, clients=16))
    assert {one.status for one in answers} == {403}
    assert server.count_readings() == 1


def test_a_batch_is_acknowledged_whole(server: Server) -> None:
    readings = [{"field": 1, "value": value, "age": value} for value in range(100)]
    body = json.dumps({"mac": TUTORIAL_MAC, "readings": readings})
    headers = (
        "Content-Type: application/json",
        f"Authorization: Bearer {TUTORIAL_KEY}",
        f"Content-Length: {len(body)}",
    )
    head = as_http_1_1("/api/v1/readings/", "POST", *headers)
    answer = parse(exchange(server.port, head + body.encode()))
    assert (answer.status, json.loads(answer.body)) == (200, {"acknowledged": 100})
    assert server.count_readings() == 100


def test_people_get_pages_and_what_belongs_to_them(server: Server) -> None:
    page = parse(exchange(server.port, as_http_1_1("/admin/login/", "GET")))
    sheet = page.body.partition(b'href="/static/')[2].partition(b'"')[0].decode()
    assert page.status == 200
    assert parse(exchange(server.port, as_http_1_1(f"/static/{sheet}", "GET"))).status == 200
