"""Whether boards can be sent to a server, asked before a board is touched."""

from __future__ import annotations

import pytest
from pytest_django.live_server_helper import LiveServer

from firmware.server import ServerTrouble, check_server, is_only_here
from tests.board.scripted_server import ScriptedServer, reply
from tests.serving import free_port

pytestmark = pytest.mark.django_db(transaction=True)


def trouble(url: str) -> str:
    with pytest.raises(ServerTrouble) as caught:
        check_server(url)
    return str(caught.value)


def answered(answer: bytes) -> str:
    server = ScriptedServer()
    server.otherwise = answer
    try:
        return trouble(server.url)
    finally:
        server.stop()


def test_server_of_this_database_is_taken(live_server: LiveServer) -> None:
    check_server(live_server.url)


def test_slash_at_the_end_does_not_matter(live_server: LiveServer) -> None:
    check_server(f"{live_server.url}/")


def test_nobody_there() -> None:
    with free_port() as port:
        assert "Start it with make serve" in trouble(f"http://127.0.0.1:{port}")


def test_another_servers_database() -> None:
    assert "works with another database" in answered(reply(200, "ok"))


def test_server_that_cannot_store_says_why() -> None:
    told = answered(reply(503, "database: the disk is full"))
    assert told == "The server cannot store readings now: database: the disk is full"


@pytest.mark.parametrize("answer", [reply(404, "nothing"), reply(200, "<html>Sign in</html>")])
def test_something_else_answers(answer: bytes) -> None:
    assert "Something else answers" in answered(answer)


def test_no_http_at_all() -> None:
    assert "does not answer" in answered(b"SSH-2.0-OpenSSH\r\n")


@pytest.mark.parametrize("url", ["192.168.1.10:8000", "ftp://host", "http://", ""])
def test_what_is_no_address(url: str) -> None:
    assert "like http://192.168.1.10:8000" in trouble(url)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost", True),
        ("http://[::1]:8000", True),
        ("http://192.168.1.10:8000", False),
        ("https://weather.example.org/iot", False),
    ],
)
def test_address_that_means_only_this_computer(url: str, expected: bool) -> None:
    assert is_only_here(url) is expected
