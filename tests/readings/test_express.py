"""Requests read at one glance: never otherwise than a full HTTP parser reads them."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from gunicorn.asgi.parser import CallbackRequest, PythonProtocol

from readings import device_replies, express
from tests.contract import catalogue
from tests.contract.wire import as_a_board, as_http_1_1
from tests.factories import update_path
from tests.reliability.fuzz import mutations

_PEER = "192.168.1.23"


def _get(path: str = "/update/x=1", version: str = "1.1", *headers: str) -> bytes:
    return "\r\n".join([f"GET {path} HTTP/{version}", *headers, "", ""]).encode("latin-1")


def _as_gunicorn_reads_it(data: bytes) -> Any:
    parser = PythonProtocol()
    parser.feed(data)
    return CallbackRequest.from_parser(parser), parser


def _assert_same(data: bytes) -> bool:
    """Compare both readings of what the glance takes; return whether it took it."""
    found = express.read(data, _PEER)
    if found is None:
        return False
    request, parser = _as_gunicorn_reads_it(data)
    assert parser.is_complete and not parser.remaining()
    assert (request.method, request.query, request.content_length) == ("GET", "", 0)
    assert found.request.path == request.path == request.raw_path.decode()
    headers = {name.decode(): value.decode() for name, value in request.headers_bytes}
    assert found.request.headers == headers
    assert (found.minor, found.hangs_up) == (request.version[1], bool(request.should_close()))
    return True


def test_what_the_oldest_boards_send_is_read() -> None:
    found = express.read(as_a_board("/update/API_key=K/mac=m/field=1/data=-2.5"), _PEER)
    assert found is not None
    assert found.request.path == "/update/API_key=K/mac=m/field=1/data=-2.5"
    assert found.request.address == _PEER
    assert (found.minor, found.hangs_up) == (0, True)


def test_http_1_1_keeps_the_connection() -> None:
    found = express.read(_get("/update/x=1", "1.1", "Host: iot:8000", "User-Agent: x"), _PEER)
    assert found is not None
    assert (found.minor, found.hangs_up) == (1, False)


@pytest.mark.parametrize(
    ("version", "stated", "hangs_up"),
    [
        ("1.1", "close", True),
        ("1.1", "Close", True),
        ("1.0", "keep-alive", False),
        ("1.0", "Keep-Alive", False),
        ("1.1", "keep-alive", False),
    ],
)
def test_the_client_says_whether_it_stays(version: str, stated: str, hangs_up: bool) -> None:
    data = _get("/update/x=1", version, "Host: iot", f"Connection: {stated}")
    found = express.read(data, _PEER)
    assert found is not None and found.hangs_up is hangs_up
    assert _assert_same(data)


@pytest.mark.parametrize("path", [p for p in catalogue.STORED_PATHS.values() if p[0] == "/"])
def test_every_form_of_the_path_is_read_as_by_a_parser(path: str) -> None:
    assert _assert_same(as_a_board(path)) is not any(sign in path for sign in "?%")


@pytest.mark.parametrize(
    "data",
    [
        _get("/update/x=1?age=5", "1.1", "Host: a"),
        _get("/update/x=%31", "1.1", "Host: a"),
        _get("/update/x=1#a", "1.1", "Host: a"),
        _get("http://a/update/x=1", "1.1", "Host: a"),
        _get("/update/x=1", "1.2", "Host: a"),
        _get("/update/x=1", "2.0", "Host: a"),
        _get("/update/x=1", "1.1"),
        _get("/update/x=1", "1.1", "Host: a", "Host: a"),
        _get("/update/x=1", "1.1", "Host: a b"),
        _get("/update/x=1", "1.1", "Host: a@b"),
        _get("/update/x=1", "1.1", "Host:"),
        _get("/update/x=1", "1.1", "Host: a", "Content-Length: 0"),
        _get("/update/x=1", "1.1", "Host: a", "Transfer-Encoding: chunked"),
        _get("/update/x=1", "1.1", "Host: a", "X-Forwarded-For: 10.0.0.1"),
        _get("/update/x=1", "1.1", "Host: a", "Sec-Purpose: prefetch"),
        _get("/update/x=1", "1.1", "Host: a", "Upgrade: h2c"),
        _get("/update/x=1", "1.1", "Host: a", "Connection: upgrade"),
        _get("/update/x=1", "1.1", "Host: a", "Connection: close, te"),
        _get("/update/x=1", "1.1", "Host: a", "Expect: 100-continue"),
        _get("/update/x=1", "1.1", "Host : a"),
        _get("/update/x=1", "1.1", " Host: a"),
        _get("/update/x=1", "1.1", "Host: a", "Accept: \xe9"),
        _get("/update/x=1", "1.1", "Host: a", "Accept: a\tb"),
        _get("/update/x=1", "1.1", "Host: a", "Accept: " + "a" * 2_000),
        _get("/update/x=1", "1.1", "Host: a").replace(b"\r\n", b"\n"),
        _get("/update/x=1", "1.1", "Host: a") + b"x",
        _get("/update/x=1", "1.1", "Host: a") * 2,
        _get("/update/x=1", "1.1", "Host: a")[:-1],
        b"\r\n" + _get("/update/x=1", "1.1", "Host: a"),
        as_http_1_1("/update/x=1", "HEAD"),
        as_http_1_1("/update/x=1", "POST"),
        b"",
    ],
)
def test_whatever_is_unusual_is_left_to_the_parser(data: bytes) -> None:
    assert express.read(data, _PEER) is None


def test_of_mutated_requests_none_is_read_otherwise_than_by_gunicorn() -> None:
    random = Random("express")
    taken = sum(_assert_same(mutations.request(random)) for _ in range(20_000))
    assert taken > 2_000


def test_a_reply_is_written_as_gunicorn_writes_it() -> None:
    before, behind = express.around_date(device_replies.render(200, "text/plain", "OK"), 0, True)
    assert before.startswith(b"HTTP/1.0 200 OK\r\ncontent-type: text/plain; charset=utf-8\r\n")
    assert before.endswith(b"\r\nServer: gunicorn/asgi\r\n")
    assert behind == b"Connection: close\r\n\r\nOK"


def test_a_reply_on_a_kept_connection_does_not_announce_its_end() -> None:
    _, behind = express.around_date(device_replies.render(200, "text/plain", "OK"), 1, False)
    assert behind == b"\r\nOK"


def test_paths_of_pages_are_read_too_and_told_apart_by_who_asks() -> None:
    assert _assert_same(_get("/cards/", "1.1", "Host: a"))


def test_a_real_path_is_left_as_it_is() -> None:
    found = express.read(as_a_board(update_path(data="1e-3")), _PEER)
    assert found is not None and found.request.path == update_path(data="1e-3")
