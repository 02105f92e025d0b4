"""A disk that is full while boards post, and has room again later."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reliability.asking import add_tutorial_station, health, page, post, until
from tests.reliability.audit import audit
from tests.reliability.boards import posting, register
from tests.reliability.disks import Filler, needs_root, small_disk
from tests.serving import Server, running_server

pytestmark = needs_root
_DISK_MB = 60


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", _DISK_MB) as folder:
        yield folder


@pytest.fixture
def server(disk: Path, tmp_path: Path, data_of_a_first_start: Path) -> Iterator[Server]:
    place = str(disk / "data")
    with running_server(tmp_path / "server", data_of_a_first_start, DATA_DIR=place) as running:
        yield running


@pytest.fixture
def filler(disk: Path) -> Filler:
    return Filler(disk)


def test_nothing_acknowledged_is_missing_and_boards_are_served_again(
    server: Server, filler: Filler
) -> None:
    boards = register(server, 6)
    add_tutorial_station(server)
    with posting(server.port, boards) as load:
        load.await_acknowledged(200)
        filler.fill()
        until(lambda: post(server).status == 503, server)
        filler.remove()
        load.await_acknowledged(200)
    findings = audit(server.data_dir / "db.sqlite3", boards)
    assert (findings.lost, findings.damage) == (0, "ok")


def test_boards_monitor_and_operator_are_told(server: Server, filler: Filler) -> None:
    add_tutorial_station(server)
    filler.fill()
    until(lambda: post(server).body == b"server disk full", server)
    assert health(server).status == 503
    assert b"disk with the data folder is full. Make room" in health(server).body
    assert "could not be stored; boards will resend. The disk" in server.log()
    assert "Traceback" not in server.log()


def test_health_is_well_once_there_is_room(server: Server, filler: Filler) -> None:
    filler.fill()
    until(lambda: health(server).status == 503, server)
    filler.remove()
    until(lambda: health(server).status == 200, server)


def test_pages_can_be_read_meanwhile(server: Server, filler: Filler) -> None:
    filler.fill()
    until(lambda: health(server).status == 503, server)
    assert page(server, "/sign-in/").status == 200
    assert page(server, "/admin/login/").status == 200


def test_a_server_that_starts_on_a_full_disk_waits_for_room(server: Server, filler: Filler) -> None:
    add_tutorial_station(server)
    server.stop()
    filler.fill()
    server.start_without_waiting()
    until(lambda: "is full" in server.log(), server)
    filler.remove()
    until(lambda: post(server).status == 200, server)
