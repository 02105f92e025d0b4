"""The path GET on a plain socket against the real gunicorn."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from tests.contract import catalogue
from tests.contract.drivers import Answer
from tests.contract.wire import as_a_board, as_http_1_1, exchange, parse
from tests.factories import TUTORIAL_KEY, TUTORIAL_MAC, update_path
from tests.patience import PATIENCE_S
from tests.serving import Server

# One worker runs them all, so that one server serves them all.
pytestmark = pytest.mark.xdist_group("gunicorn")

FORBIDDEN = {"location", "set-cookie", "transfer-encoding", "content-encoding", "upgrade"}


def _count(server: Server) -> int:
    """Return how many readings the tutorial's station has; others may still be posting."""
    with server.database() as database:
        rows = database.execute(
            "SELECT count(*) FROM readings_reading JOIN stations_sensor ON sensor_id = id"
            " WHERE station_id = (SELECT id FROM stations_station WHERE name = 'Tutorial')"
        )
        return int(rows.fetchone()[0])


def _ask(server: Server, request: bytes) -> Answer:
    return parse(exchange(server.port, request))


def _refused(server: Server, request: bytes) -> Answer:
    """Return the answer to a request that stores nothing and must break nothing."""
    before = _count(server)
    answer = _ask(server, request)
    assert _count(server) == before
    assert not FORBIDDEN & {name for name, _ in answer.headers}
    return answer


def _stored(server: Server, request: bytes) -> Answer:
    before = _count(server)
    answer = _ask(server, request)
    assert _count(server) == before + 1
    return answer


def test_a_board_gets_what_the_oldest_client_understands(household: Server) -> None:
    """HTTP/1.0 without User-Agent; its client raises on a redirect and on chunks."""
    answer = _stored(household, as_a_board(update_path()))
    assert (answer.status, answer.body) == (200, b"OK")
    assert answer.header("content-length") == "2"
    assert answer.header("connection") == "close"
    assert answer.header("content-type") == "text/plain; charset=utf-8"
    assert not FORBIDDEN & {name for name, _ in answer.headers}


@pytest.mark.parametrize("path", catalogue.STORED_PATHS.values(), ids=catalogue.STORED_PATHS)
@pytest.mark.parametrize(("form", "boot"), [(as_a_board, "a"), (as_http_1_1, "b")])
def test_every_documented_form_is_stored(
    household: Server, form: Callable[[str], bytes], boot: str, path: str
) -> None:
    place = list(catalogue.STORED_PATHS.values()).index(path)
    path = path.replace("b00t", f"{boot}{place}")  # each a boot of its own: no resend
    assert _stored(household, form(path)).body == b"OK"


@pytest.mark.parametrize("mac", catalogue.MACS.values(), ids=catalogue.MACS)
def test_every_notation_of_a_mac_is_the_same_board(household: Server, mac: str) -> None:
    assert _stored(household, as_a_board(update_path(mac=mac))).body == b"OK"


@pytest.mark.parametrize("text", [*catalogue.BAD_NUMBERS, *catalogue.TOO_LARGE])
def test_a_bad_value_is_a_400_and_one_line(household: Server, text: str) -> None:
    answer = _refused(household, as_a_board(update_path(data=text)))
    assert answer.status == 400
    assert answer.body in (b"bad data: number", b"bad data: too large")


@pytest.mark.parametrize(("path", "line"), catalogue.MALFORMED.items())
def test_a_malformed_path_is_a_400_and_its_first_fault(
    household: Server, path: str, line: str
) -> None:
    answer = _refused(household, as_a_board(path))
    assert (answer.status, answer.body) == (400, line.encode())


@pytest.mark.parametrize(
    ("key", "mac"), catalogue.WRONG_CREDENTIALS.values(), ids=catalogue.WRONG_CREDENTIALS
)
def test_wrong_credentials_are_a_403_and_one_line(household: Server, key: str, mac: str) -> None:
    answer = _refused(household, as_a_board(update_path(api_key=key, mac=mac)))
    assert (answer.status, answer.body) == (403, b"wrong key or MAC")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_are_a_405_that_names_get(household: Server, method: str) -> None:
    answer = _refused(household, as_http_1_1(update_path(), method))
    assert (answer.status, answer.body) == (405, b"GET only")
    assert answer.header("allow") == "GET"


def test_head_gets_a_405_without_a_body(household: Server) -> None:
    answer = _refused(household, as_http_1_1(update_path(), "HEAD"))
    assert (answer.status, answer.body) == (405, b"")


@pytest.mark.parametrize("method", ["get", "Get", "FOO", "G\x00T"])
def test_methods_that_are_none_store_nothing(household: Server, method: str) -> None:
    assert _refused(household, as_http_1_1(update_path(), method)).status in (400, 405)


@pytest.mark.parametrize(
    "target",
    [
        update_path(data="21.5°"),
        update_path(api_key="schlüssel"),
        update_path(data="٢١"),
        update_path() + "\x7f",
        update_path().replace("/field", "\t/field"),
        update_path(data="21.5 C"),
    ],
)
def test_bytes_that_no_url_may_have_are_a_400(household: Server, target: str) -> None:
    assert _refused(household, as_a_board(target)).status == 400


@pytest.mark.parametrize("length", [9_000, 70_000])
def test_an_endless_path_is_cut_off(household: Server, length: int) -> None:
    assert _refused(household, as_a_board(update_path(data="1" * length))).status == 414


@pytest.mark.parametrize(
    "headers",
    [
        ["no colon here"],
        [" folded: line"],
        ["X-Null: a\x00b"],
        ["X Blank: 1"],
        ["Content-Length: -1"],
        ["Content-Length: 1", "Content-Length: 2"],
        ["Transfer-Encoding: chunked", "Content-Length: 5"],
    ],
)
def test_broken_headers_are_a_400(household: Server, headers: list[str]) -> None:
    assert _refused(household, as_http_1_1(update_path(), "GET", *headers)).status == 400


def test_too_many_headers_are_a_431(household: Server) -> None:
    many = [f"X-{number}: 1" for number in range(200)]
    assert _refused(household, as_http_1_1(update_path(), "GET", *many)).status == 431


@pytest.mark.parametrize(
    "headers",
    [
        ["X-Latin: \xe9\xff"],
        ["Accept-Encoding: gzip, deflate, br"],
        ["Connection: upgrade", "Upgrade: h2c"],
        ["Cookie: " + "a" * 4_000],
        ["X-Forwarded-For: 203.0.113.7", "X-Forwarded-Proto: https"],
        ["Expect: nothing"],
        ["Accept: \xff"],
    ],
)
def test_odd_headers_do_not_keep_a_reading_out(household: Server, headers: list[str]) -> None:
    answer = _stored(household, as_http_1_1(update_path(), "GET", *headers))
    assert answer.body == b"OK"
    assert not FORBIDDEN & {name for name, _ in answer.headers}


def test_no_host_header_is_needed(household: Server) -> None:
    request = f"GET {update_path()} HTTP/1.0\r\n\r\n".encode()
    assert _stored(household, request).body == b"OK"


def test_any_host_name_will_do(household: Server) -> None:
    """Boards are flashed with whatever name the house had then."""
    assert _stored(household, as_a_board(update_path(), host="weather.example.org")).body == b"OK"


def test_a_connection_kept_alive_serves_again(household: Server) -> None:
    request = f"GET {update_path()} HTTP/1.1\r\nHost: iot\r\n\r\n".encode()
    before = _count(household)
    with socket.create_connection(("127.0.0.1", household.port), timeout=PATIENCE_S) as connection:
        for _ in range(3):
            connection.sendall(request)
            reply = b""
            while not reply.endswith(b"\r\n\r\nOK"):
                reply += connection.recv(4_096)
    assert _count(household) == before + 3


def test_a_board_that_hangs_up_at_once_disturbs_nobody(household: Server) -> None:
    mac = "5c:cf:7f:00:20:00"
    household.manage("add_station", "Hasty", "--mac", mac, "--key", TUTORIAL_KEY)
    for _ in range(20):
        with socket.create_connection(
            ("127.0.0.1", household.port), timeout=PATIENCE_S
        ) as connection:
            connection.sendall(as_a_board(update_path(mac=mac)))
    assert _stored(household, as_a_board(update_path())).body == b"OK"


def test_a_reading_that_is_stored_leaves_no_line_in_the_log(household: Server) -> None:
    for value in ("17.0625", "17.125"):  # the first line would be there by the second reply
        _stored(household, as_a_board(update_path(data=value)))
    assert "17.0625" not in household.log()


def test_the_log_names_the_refused_board_and_no_key(household: Server) -> None:
    wrong = update_path(api_key=TUTORIAL_KEY + "-wrong", mac="5c:cf:7f:99:99:99")
    _refused(household, as_a_board(wrong))
    _refused(household, as_a_board(update_path(api_key=TUTORIAL_MAC, mac=TUTORIAL_KEY)))
    _refused(household, as_a_board(update_path(data="21.5°")))
    log = household.log()
    assert "Refused a reading of mac 5c:cf:7f:99:99:99" in log
    assert TUTORIAL_KEY not in log


def test_the_log_tells_of_no_error(household: Server) -> None:
    _ask(household, as_http_1_1(update_path(), "HEAD"))
    assert "Traceback" not in household.log()
