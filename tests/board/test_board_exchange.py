"""What the board sends, and what it makes of every kind of answer."""

from __future__ import annotations

import re

import pytest

from tests.board.conftest import KEY, RunScript, StartBoard
from tests.board.scripted_server import HANG, LOST, Answer, ScriptedServer, reply
from tests.board.virtual_board import PASSWORD

# What boot.py may do to spare a test the full ten seconds of patience.
IMPATIENT = """
import wifitools
patient = wifitools.ask
def ask(*arguments, **options):
    options["timeout_s"] = 0.3
    return patient(*arguments, **options)
wifitools.ask = ask
"""

POST = """
import wifitools
try:
    reading = ("a0:b1:c2:d3:e4:f5", 1, "21.50", 7, "boot-3")
    print(*wifitools.post("{server}", "{key}", *reading, {timeout}))
except OSError as error:
    print("OSError", error)
"""


def post(run_script: RunScript, server: str, key: str = KEY, timeout: float = 10) -> str:
    return run_script(POST.format(server=server, key=key, timeout=timeout)).strip()


def test_request_has_exactly_these_bytes(run_script: RunScript, server: ScriptedServer) -> None:
    assert post(run_script, server.url) == "200 OK"
    assert (
        server.requests[0].raw
        == (
            f"GET /update/API_key={KEY}/mac=a0:b1:c2:d3:e4:f5/field=1/data=21.50/age=7/seq=boot-3"
            f" HTTP/1.0\r\nHost: 127.0.0.1:{server.port}\r\n\r\n"
        ).encode()
    )


def test_path_of_a_proxy_comes_first(run_script: RunScript, server: ScriptedServer) -> None:
    post(run_script, server.url + "/house/iot/")
    assert server.requests[0].raw.startswith(b"GET /house/iot/update/API_key=")


def test_strange_characters_cannot_break_the_request_line(
    run_script: RunScript, server: ScriptedServer
) -> None:
    post(run_script, server.url, key="a b/c é")
    assert server.requests[0]["API_key"] == "a%20b%2Fc%20%C3%A9"


def test_key_repeated_by_the_server_is_not_passed_on(
    run_script: RunScript, server: ScriptedServer
) -> None:
    server.otherwise = reply(404, f"no such page /update/API_key={KEY}")
    assert post(run_script, server.url) == "404 no such page /update/API_key=***"


def test_unprintable_characters_of_an_answer_are_not_passed_on(
    run_script: RunScript, server: ScriptedServer
) -> None:
    server.otherwise = reply(400, "bad\x1b[2Jvalue\n")
    assert post(run_script, server.url) == "400 bad[2Jvalue"


@pytest.mark.parametrize(
    ("server_setting", "parts"),
    [
        ("http://10.0.0.2:8000", (False, "10.0.0.2", 8000, "10.0.0.2:8000", "")),
        ("http://iot.example.org", (False, "iot.example.org", 80, "iot.example.org", "")),
        ("https://iot.example.org/", (True, "iot.example.org", 443, "iot.example.org", "")),
        ("https://h:8443/a/b/", (True, "h", 8443, "h:8443", "/a/b")),
        ("10.0.0.2:8000", (False, "10.0.0.2", 8000, "10.0.0.2:8000", "")),
    ],
)
def test_server_setting_is_understood(
    run_script: RunScript, server_setting: str, parts: tuple[object, ...]
) -> None:
    printed = run_script(f"import wifitools\nprint(wifitools.split({server_setting!r}))")
    assert printed.strip() == str(parts)


NO_ANSWER: list[Answer] = [
    LOST,
    b"garbage",
    b"garbage\r\n\r\n",
    b"HTTP/1.1",
    b"HTTP/1.1 200",
    b"HTTP/1.1 OK\r\n\r\n",
    b"\x16\x03\x01\xff\xfe\r\n",
    b"x" * 5000,
]


@pytest.mark.parametrize("answer", NO_ANSWER)
def test_answer_that_is_no_http_raises_oserror(
    run_script: RunScript, server: ScriptedServer, answer: Answer
) -> None:
    server.otherwise = answer
    assert post(run_script, server.url) == "OSError no HTTP answer: is SERVER right?"


def test_server_that_never_answers_times_out(run_script: RunScript, server: ScriptedServer) -> None:
    server.otherwise = HANG
    assert "ETIMEDOUT" in post(run_script, server.url, timeout=0.3)


def test_server_that_refuses_raises_oserror(
    run_script: RunScript, down_server: ScriptedServer
) -> None:
    assert "ECONNREFUSED" in post(run_script, down_server.url)


DRIBBLE = """
import time
import wifitools

class Stream:
    "One byte each time, never late, for ever."
    def read(self, count):
        time.sleep_ms(20)
        return b"x"

print(len(list(wifitools._receive(Stream(), 0.2))) < wifitools.REPLY_LIMIT)
"""


def test_server_that_dribbles_cannot_hold_the_board(run_script: RunScript) -> None:
    assert run_script(DRIBBLE) == "True\n"


@pytest.mark.parametrize("answer", [reply(200), LOST, b"garbage\r\n", b"x" * 5000, HANG])
def test_socket_is_closed_whatever_happens(
    board: StartBoard, server: ScriptedServer, answer: Answer
) -> None:
    server.otherwise = answer
    board(server, interval=60, boot=IMPATIENT)
    server.wait_for_requests(1)
    assert server.wait_until_all_closed(timeout=40) == 2  # the report's, too


def test_reading_arrives_and_leaves_the_backlog(board: StartBoard, server: ScriptedServer) -> None:
    station = board(server, temperature=21.75, field=3)
    station.wait_for("sent, 0 waiting")
    request = server.requests[0]
    assert (request["field"], request["data"], request["age"]) == ("3", "21.75", "0")


def test_numbers_count_up_behind_a_random_word(board: StartBoard, server: ScriptedServer) -> None:
    board(server)
    seqs = [request["seq"] for request in server.wait_for_requests(3)]
    word = seqs[0].partition("-")[0]
    assert re.fullmatch("[0-9a-z]{8}", word)
    assert seqs[:3] == [f"{word}-100001", f"{word}-100002", f"{word}-100003"]


def test_mac_is_asked_of_the_radio_when_not_configured(
    board: StartBoard, server: ScriptedServer
) -> None:
    station = board(server, mac="")
    assert server.wait_for_requests(1)[0]["mac"] == "a0:b1:c2:d3:e4:f5"
    station.wait_for("station a0:b1:c2:d3:e4:f5 reads MCP9808")


def test_configured_mac_is_sent_as_it_is(board: StartBoard, server: ScriptedServer) -> None:
    board(server, mac="6c:ef:7r:3b:9d:e8")
    assert server.wait_for_requests(1)[0]["mac"] == "6c:ef:7r:3b:9d:e8"


def test_reading_is_sent_again_with_its_number_when_the_reply_is_lost(
    board: StartBoard, server: ScriptedServer
) -> None:
    server.answers = [LOST]
    board(server, temperature=20)
    first, second = server.wait_for_requests(2)[:2]
    assert (first["seq"], first["data"]) == (second["seq"], second["data"])


def test_resent_reading_has_grown_older(board: StartBoard, server: ScriptedServer) -> None:
    server.answers = [LOST] * 3
    board(server, interval=60, boot=EAGER)
    requests = server.wait_for_requests(4)
    assert {request.number for request in requests[:4]} == {1}
    assert int(requests[0]["age"]) == 0
    assert int(requests[3]["age"]) >= 1


EAGER = """
import sender
sender.backoff_ms = lambda failures, interval: 500
"""


@pytest.mark.parametrize(
    "answer",
    [
        reply(500, "oops"),
        reply(503, "try later"),
        reply(429, "slow down"),
        reply(404, "not here"),
        reply(405, "no"),
        reply(301, "moved", "Location: http://127.0.0.1:9/"),
        reply(302, "hotel login", "Location: http://127.0.0.1:9/"),
        reply(403, "unknown station"),
        LOST,
        b"garbage\r\n",
    ],
)
def test_reading_is_kept_unless_the_server_took_it(
    board: StartBoard, server: ScriptedServer, answer: Answer
) -> None:
    server.answers = [answer]
    board(server)
    first, second, third = server.wait_for_requests(3)[:3]
    assert (first.number, second.number, third.number) == (1, 1, 2)


@pytest.mark.parametrize(
    "answer",
    [reply(200, "<html>Sign in to use this hotspot"), reply(200, ""), reply(202, "OK")],
    ids=["hotspot", "empty", "accepted"],
)
def test_nothing_but_the_servers_ok_is_an_acknowledgement(
    board: StartBoard, server: ScriptedServer, answer: bytes
) -> None:
    server.answers = [answer]
    board(server)
    first, second = server.wait_for_requests(2)[:2]
    assert first["seq"] == second["seq"]


def test_chunked_answer_is_an_acknowledgement(board: StartBoard, server: ScriptedServer) -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nOK\r\n0\r\n\r\n"
    server.answers = [chunked]
    board(server)
    assert [request.number for request in server.wait_for_requests(2)[:2]] == [1, 2]


def test_answer_counts_although_the_server_never_closes(
    board: StartBoard, server: ScriptedServer
) -> None:
    """A proxy may ignore that HTTP/1.0 ends with the connection."""
    server.keeps_open = True
    board(server, boot=IMPATIENT)
    assert [request.number for request in server.wait_for_requests(2)[:2]] == [1, 2]


def test_refused_reading_is_dropped_with_the_servers_reason(
    board: StartBoard, server: ScriptedServer
) -> None:
    server.answers = [reply(400, "value is not a number")]
    station = board(server)
    station.wait_for("server refuses this reading, dropped: value is not a number")
    assert [request.number for request in server.wait_for_requests(2)[:2]] == [1, 2]


def test_unregistered_station_is_told_so(board: StartBoard, server: ScriptedServer) -> None:
    server.otherwise = reply(403, "unknown station")
    station = board(server)
    station.wait_for("key or MAC not registered: a0:b1:c2:d3:e4:f5 unknown station")


def test_loop_goes_on_when_the_server_hangs(board: StartBoard, server: ScriptedServer) -> None:
    server.answers = [HANG]
    station = board(server, boot=IMPATIENT)
    station.wait_for("server does not answer")
    station.wait_for("measured")
    station.wait_for("sent")


def test_no_secret_appears_on_the_console(board: StartBoard, server: ScriptedServer) -> None:
    echo = f"/update/API_key={KEY}"
    server.answers = [reply(403, echo), reply(400, echo), reply(500, echo), LOST, b"x"]
    station = board(server)
    server.wait_for_requests(6)
    station.wait_for("sent")
    assert "***" in station.console
    assert KEY not in station.console
    assert PASSWORD not in station.console
