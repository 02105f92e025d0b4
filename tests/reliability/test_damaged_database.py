"""A database file with pages overwritten in the middle, as a dying card leaves it."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import StartServer
from tests.reliability.asking import add_tutorial_station, health, page, post, program, until
from tests.serving import Server, stopped_server

_PAGE = 4096


def overwrite(file: Path, share: tuple[float, float]) -> None:
    """Put noise into a part of a file, in place and page by page."""
    pages = file.stat().st_size // _PAGE
    noise = random.Random(7)
    with file.open("r+b") as database:
        for number in range(int(pages * share[0]), int(pages * share[1])):
            database.seek(number * _PAGE)
            database.write(noise.randbytes(_PAGE))
        os.fsync(database.fileno())


@pytest.fixture(scope="module")
def data_of_a_week(tmp_path_factory: pytest.TempPathFactory, data_of_a_first_start: Path) -> Path:
    with stopped_server(tmp_path_factory.mktemp("week"), data_of_a_first_start) as server:
        add_tutorial_station(server)
        server.manage("seed_demo", "--days", "7")
        return server.data_dir


@pytest.fixture
def stopped(tmp_path: Path, data_of_a_week: Path) -> Iterator[Server]:
    """A household with a week of readings, its server down."""
    with stopped_server(tmp_path / "server", data_of_a_week, PUBLIC_DASHBOARD="true") as server:
        yield server


@pytest.fixture(params=[(0.3, 0.6), (0.0, 0.01)], ids=["middle", "header"])
def damaged(stopped: Server, request: pytest.FixtureRequest) -> Server:
    overwrite(stopped.data_dir / "db.sqlite3", request.param)
    stopped.start_without_waiting()
    until(lambda: health(stopped).status > 0, stopped)
    return stopped


def test_it_starts_acknowledges_nothing_and_says_how_to_restore(damaged: Server) -> None:
    refused = post(damaged)
    assert (refused.status, refused.body) == (503, b"server fault")
    assert health(damaged).status == 503
    assert b"damaged" in health(damaged).body and b"manage.py restore" in health(damaged).body
    assert "CRITICAL" in damaged.log() and "manage.py restore" in damaged.log()


def test_no_page_is_a_500(damaged: Server) -> None:
    paths = ("/", "/sign-in/", "/admin/login/", "/api/v1/stations/")
    answers = {path: page(damaged, path).status for path in paths}
    assert 500 not in answers.values(), answers


@pytest.mark.parametrize("damaged", [(0.0, 0.01)], indirect=True)
def test_pages_and_programs_are_told_how_to_go_on(damaged: Server) -> None:
    seen, read = page(damaged, "/"), program(damaged, "/api/v1/stations/")
    assert (seen.status, read.status) == (503, 503)
    assert b"manage.py restore" in seen.body
    assert b"manage.py restore" in json.loads(read.body)["detail"].encode()


def test_another_file_in_its_place_is_used_after_a_restart(stopped: Server) -> None:
    database = stopped.data_dir / "db.sqlite3"
    whole = database.read_bytes()
    overwrite(database, (0.3, 0.6))
    stopped.start_without_waiting()
    until(lambda: health(stopped).status == 503, stopped)
    stopped.stop()
    database.write_bytes(whole)
    stopped.start()
    assert post(stopped).status == 200


def test_damage_that_comes_while_it_runs_is_found_by_whoever_meets_it(
    start_server: StartServer,
) -> None:
    server = start_server()
    add_tutorial_station(server)
    assert post(server).status == 200
    server.manage(
        "shell",
        "-v0",
        "-c",
        "from django.db import connection as c;"
        "c.cursor().execute('PRAGMA wal_checkpoint(TRUNCATE)')",
    )
    overwrite(server.data_dir / "db.sqlite3", (0.0, 1.0))
    until(lambda: post(server).body == b"server fault", server)
    assert health(server).status == 503
    assert (server.data_dir / "db.corrupt").exists()


def test_damage_that_nobody_meets_is_found_by_the_check(stopped: Server) -> None:
    stopped.start()
    overwrite(stopped.data_dir / "db.sqlite3", (0.4, 0.5))
    stopped.manage("shell", "-v0", "-c", _CHECK)
    assert post(stopped).body == b"server fault"
    assert health(stopped).status == 503


def test_a_restore_brings_back_what_was_acknowledged_before_the_backup(stopped: Server) -> None:
    stopped.start()
    assert post(stopped).status == 200
    stopped.manage("backup")
    held = stopped.count_readings()
    stopped.stop()
    overwrite(stopped.data_dir / "db.sqlite3", (0.3, 0.6))
    stopped.start_without_waiting()
    until(lambda: health(stopped).status == 503, stopped)
    stopped.stop()
    stopped.manage("restore", "--yes")
    assert stopped.count_readings() == held
    stopped.start()
    assert post(stopped).status == 200


_CHECK = """
from contextlib import suppress
from upkeep import integrity
from upkeep.schedule import TaskFailed
with suppress(TaskFailed):
    integrity.run()
"""
