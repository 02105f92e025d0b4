"""A worn card: the kernel makes it read-only under the running server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reliability.asking import add_tutorial_station, health, page, post, until
from tests.reliability.audit import audit
from tests.reliability.boards import posting, register, total
from tests.reliability.disks import Card, needs_root
from tests.serving import Server, running_server

pytestmark = needs_root


@pytest.fixture
def card(tmp_path: Path) -> Iterator[Card]:
    card = Card(tmp_path / "card.img", tmp_path / "card")
    yield card
    card.remove()


@pytest.fixture
def server(card: Card, tmp_path: Path) -> Iterator[Server]:
    with running_server(tmp_path / "server", DATA_DIR=str(card.folder / "data")) as running:
        yield running


def test_nothing_acknowledged_is_missing_once_the_card_is_mended(
    server: Server, card: Card
) -> None:
    """It fails between two commits: in the midst of one, ext4 itself may forget a sync."""
    boards = register(server, 6)
    add_tutorial_station(server)
    with posting(server.port, boards) as load:
        load.await_acknowledged(200)
    card.fail()
    with posting(server.port, boards):
        until(lambda: post(server).status == 503, server)
        until(lambda: total(boards)["refused"] > 200, server)
    server.stop()
    card.unmount()
    card.mend()
    server.start()
    with posting(server.port, boards) as load:
        load.await_acknowledged(200)
    findings = audit(server.data_dir / "db.sqlite3", boards)
    assert (findings.lost, findings.damage) == (0, "ok")


def test_boards_monitor_and_operator_are_told(server: Server, card: Card) -> None:
    add_tutorial_station(server)
    card.fail()
    until(lambda: post(server).body == b"server read-only", server)
    assert health(server).status == 503
    assert b"disk with the data folder cannot be written" in health(server).body
    assert "could not be stored; boards will resend. The disk" in server.log()


def test_no_page_is_a_500(server: Server, card: Card) -> None:
    card.fail()
    until(lambda: health(server).status == 503, server)
    answers = [page(server, path).status for path in ("/", "/sign-in/", "/admin/login/")]
    assert 500 not in answers


def test_a_server_that_starts_on_it_waits_and_says_why(server: Server, card: Card) -> None:
    server.stop()
    card.fail()
    server.start_without_waiting()
    until(lambda: "cannot be written" in server.log(), server)
    assert "Traceback" not in server.log()
