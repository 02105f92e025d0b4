"""The short way through the real gunicorn: a board cannot tell it from the long one."""

from __future__ import annotations

import re
import socket

import pytest

from tests.contract import catalogue
from tests.contract.wire import exchange
from tests.factories import TUTORIAL_KEY, update_path
from tests.patience import PATIENCE_S
from tests.serving import Server

pytestmark = pytest.mark.xdist_group("gunicorn")

_ODD = "X-Odd: 1\r\n"  # a header that the short way leaves to gunicorn
_DATE = re.compile(rb"\r\nDate: [^\r]+\r\n")


def _request(path: str, version: str = "1.1", more: str = "") -> bytes:
    return f"GET {path} HTTP/{version}\r\nHost: iot\r\n{more}\r\n".encode()


def _without_date(reply: bytes) -> bytes:
    assert len(_DATE.findall(reply)) == 1, reply
    return _DATE.sub(b"\r\n", reply)


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize(
    "path",
    [
        update_path(),
        update_path(data="nan"),
        update_path(api_key=TUTORIAL_KEY + "x"),
        "/update/",
        update_path(rest="/age=99999999999"),
    ],
)
def test_both_ways_answer_alike_to_the_byte(household: Server, path: str, version: str) -> None:
    close = "Connection: close\r\n"
    short = exchange(household.port, _request(path, version, close))
    long = exchange(household.port, _request(path, version, close + _ODD))
    assert _without_date(short) == _without_date(long)


def test_a_person_gets_the_page_either_way(household: Server) -> None:
    more = "Accept: text/html\r\nConnection: close\r\n"
    short = exchange(household.port, _request(update_path(data="5.5"), "1.1", more))
    assert b"<!doctype html>" in short.lower()


def _talk(server: Server, *requests: bytes) -> bytes:
    """Send all at once over one connection; return what came until the server closed it."""
    return exchange(server.port, b"".join(requests))


def test_requests_sent_without_waiting_are_answered_in_order(household: Server) -> None:
    last = _request(update_path(), "1.1", "Connection: close\r\n")
    reply = _talk(household, _request(update_path()), _request(update_path(data="nan")), last)
    assert re.findall(rb"HTTP/1.1 (\d+)", reply) == [b"200", b"400", b"200"]


def test_what_is_sent_behind_a_request_waits_for_its_reply(household: Server) -> None:
    """The second request comes in a packet of its own while the first is being stored."""
    with socket.create_connection(("127.0.0.1", household.port), timeout=PATIENCE_S) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(2):
            connection.sendall(_request(update_path()))
        connection.sendall(_request("/healthz", "1.1", "Connection: close\r\n"))
        reply = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert re.findall(rb"HTTP/1.1 (\d+)", reply) == [b"200", b"200", b"200"]
    assert reply.endswith(b"ok\n") or reply.endswith(b"ok")


def test_a_connection_goes_on_when_gunicorn_takes_it_over(household: Server) -> None:
    with socket.create_connection(("127.0.0.1", household.port), timeout=PATIENCE_S) as connection:
        for request in (_request(update_path()), _request(update_path(), "1.1", _ODD)):
            connection.sendall(request)
            reply = b""
            while not reply.endswith(b"\r\n\r\nOK"):
                reply += connection.recv(4_096)
        connection.sendall(_request(update_path(), "1.1", "Connection: close\r\n"))
        assert b"\r\n\r\nOK" in b"".join(iter(lambda: connection.recv(4_096), b""))


def test_a_request_in_two_packets_is_read(household: Server) -> None:
    request = _request(update_path(), "1.0")
    with socket.create_connection(("127.0.0.1", household.port), timeout=PATIENCE_S) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(request[:20])
        connection.sendall(request[20:])
        assert b"".join(iter(lambda: connection.recv(4_096), b"")).endswith(b"OK")


def test_a_board_that_stops_sending_still_gets_its_reply(household: Server) -> None:
    with socket.create_connection(("127.0.0.1", household.port), timeout=PATIENCE_S) as connection:
        connection.sendall(_request(update_path()))
        connection.shutdown(socket.SHUT_WR)
        reply = b"".join(iter(lambda: connection.recv(4_096), b""))
    assert reply.endswith(b"\r\n\r\nOK")


def test_an_idle_connection_is_closed_after_its_keep_alive(household: Server) -> None:
    with socket.create_connection(("127.0.0.1", household.port), timeout=PATIENCE_S) as connection:
        connection.sendall(_request(update_path()))
        reply = b"".join(iter(lambda: connection.recv(4_096), b""))  # until the server closes
    assert reply.endswith(b"\r\n\r\nOK")


@pytest.mark.parametrize("path", list(catalogue.STORED_PATHS.values())[:7])
def test_every_plain_form_is_stored(household: Server, path: str) -> None:
    assert exchange(household.port, _request(path, "1.0")).endswith(b"OK")
