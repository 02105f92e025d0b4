"""Behind a proxy as docs/operations.md sets it up: pages on HTTPS, boards on both."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.deploy.proxies import NAME, Proxy, running_proxy
from tests.serving import running_server

MAC = "5c:cf:7f:0a:1b:2c"
KEY = "s3cr3t-of-the-board"
both = pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])

# On one worker: it starts one server, and each proxy once.
pytestmark = pytest.mark.xdist_group("proxies")


@pytest.fixture(scope="module")
def proxy_of(
    tmp_path_factory: pytest.TempPathFactory, data_of_a_first_start: Path
) -> Iterator[Callable[[str], Proxy]]:
    """One server and a proxy of each kind for the whole module: no test leaves anything behind."""
    folder = tmp_path_factory.mktemp("proxy")
    names = {"HTTPS": "true", "ALLOWED_HOSTS": NAME, "REFUSAL_RATE_LIMIT": "0"}
    started = running_server(folder / "server", data_of_a_first_start, **names)
    with started as server, ExitStack() as stack:
        server.manage("add_station", "Attic", "--mac", MAC, "--key", KEY)

        @cache
        def opened(kind: str) -> Proxy:
            return stack.enter_context(running_proxy(kind, folder / kind, server))

        yield opened


@pytest.fixture(params=["nginx", "caddy"])
def proxy(request: pytest.FixtureRequest, proxy_of: Callable[[str], Proxy]) -> Proxy:
    return proxy_of(request.param)


def update(key: str = KEY, path: str = "/update", data: str = "21.5") -> str:
    return f"{path}/API_key={key}/mac={MAC}/field=1/data={data}"


def get(path: str, version: str = "1.1", **headers: str) -> bytes:
    """Return a GET as a browser or, in version 1.0, as a board's old library writes it."""
    named = {"Host": NAME, "Connection": "close"} | headers
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"GET {path} HTTP/{version}\r\n{lines}\r\n".encode()


def post(path: str, document: object) -> bytes:
    """Return a POST as the firmware writes it."""
    body = json.dumps(document)
    return (
        f"POST {path} HTTP/1.0\r\nHost: {NAME}\r\nAuthorization: Bearer {KEY}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def split(reply: bytes) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers with lower-case names, and the body as it came."""
    head, _, body = reply.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    headers = dict(line.split(": ", 1) for line in rest if ": " in line)
    return int(first.split()[1]), {name.lower(): value for name, value in headers.items()}, body


# --- pages ----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/admin/", "/sign-in/?next=/", "/updates", "/cards/"])
def test_a_page_over_http_is_sent_to_https(proxy: Proxy, path: str) -> None:
    status, headers, _ = split(proxy.ask(get(path)))
    assert (status, headers["location"]) == (301, f"https://{NAME}{path}")


def test_a_page_over_http_says_nothing_of_hsts(proxy: Proxy) -> None:
    assert "strict-transport-security" not in split(proxy.ask(get("/")))[1]


def test_a_page_over_https_comes_with_hsts(proxy: Proxy) -> None:
    status, headers, _ = split(proxy.ask(get("/sign-in/"), tls=True))
    assert status == 200, proxy.server.log()
    assert headers["strict-transport-security"].startswith("max-age=31536000")


def test_signing_in_works(proxy: Proxy) -> None:
    """The server has to know that it is HTTPS and which name was asked: CSRF compares both."""
    password = (proxy.server.data_dir / "admin_password").read_text().strip()
    _, headers, page = split(proxy.ask(get("/sign-in/"), tls=True))
    token = re.search(rb'csrfmiddlewaretoken" value="([^"]+)', page)
    assert token
    cookie = SimpleCookie(headers["set-cookie"])["__Host-csrftoken"].value
    form = urlencode(
        {"username": "admin", "password": password, "csrfmiddlewaretoken": token[1].decode()}
    )
    request = (
        f"POST /sign-in/ HTTP/1.1\r\nHost: {NAME}\r\nOrigin: https://{NAME}\r\n"
        f"Cookie: __Host-csrftoken={cookie}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(form)}\r\nConnection: close\r\n\r\n{form}"
    )
    status, headers, _ = split(proxy.ask(request.encode(), tls=True))
    assert (status, headers["location"]) == (302, "/")
    assert "secure" in headers["set-cookie"].lower()


def test_gathered_files_may_be_kept_for_ever(proxy: Proxy) -> None:
    page = split(proxy.ask(get("/sign-in/"), tls=True))[2].decode("latin-1")
    sheet = re.search(r'href="(/static/[^"]+\.css)"', page)
    assert sheet
    status, headers, _ = split(proxy.ask(get(sheet[1]), tls=True))
    assert (status, "immutable" in headers["cache-control"]) == (200, True)


# --- boards -----------------------------------------------------------------------------------


@both
@pytest.mark.parametrize("path", ["/update", "", "//update", "/update/"])
def test_a_reading_is_stored_without_redirect(proxy: Proxy, tls: bool, path: str) -> None:
    status, _, body = split(proxy.ask(get(update(path=path)), tls=tls))
    assert (status, body) == (200, b"OK")


@both
@pytest.mark.parametrize(
    "path", [update(), update(key="wrong"), update(data="nan"), "/update/API_key=x"]
)
def test_the_reply_is_what_the_server_said(proxy: Proxy, tls: bool, path: str) -> None:
    through = split(proxy.ask(get(path, **{"Accept-Encoding": "gzip"}), tls=tls))
    direct = Proxy(proxy.folder, proxy.server, proxy.server.port, 0)
    said = split(direct.ask(get(path)))
    assert (through[0], through[2]) == (said[0], said[2])
    for name in ("content-type", "content-length", "cache-control", "referrer-policy"):
        assert through[1][name] == said[1][name]
    assert not {"transfer-encoding", "content-encoding", "set-cookie"} & set(through[1])


@both
def test_a_board_that_speaks_http_1_0_is_served(proxy: Proxy, tls: bool) -> None:
    status, headers, body = split(proxy.ask(get(update(), "1.0"), tls=tls))
    assert (status, body, headers["content-length"]) == (200, b"OK", "2")


def test_a_board_that_knows_only_the_address_is_served(proxy: Proxy) -> None:
    assert split(proxy.ask(get(update(), Host="192.168.1.10")))[2] == b"OK"


def test_a_board_that_names_no_host_is_served(proxy: Proxy) -> None:
    assert proxy.ask(f"GET {update()} HTTP/1.0\r\n\r\n".encode()).endswith(b"\r\n\r\nOK")


@both
def test_each_request_is_one_reading(proxy: Proxy, tls: bool) -> None:
    before = proxy.server.count_readings()
    for _ in range(5):
        proxy.ask(get(update()), tls=tls)
    assert proxy.server.count_readings() == before + 5


@both
def test_a_backlog_is_stored_without_redirect(proxy: Proxy, tls: bool) -> None:
    readings = [{"field": 1, "value": 21.5}, {"field": 1, "value": 21.75, "age": 60}]
    reply = proxy.ask(post("/api/v1/readings/", {"mac": MAC, "readings": readings}), tls=tls)
    assert split(reply)[::2] == (200, b'{"acknowledged": 2}')


@both
def test_a_boards_report_is_heard_without_redirect(proxy: Proxy, tls: bool) -> None:
    status, headers, body = split(proxy.ask(post("/firmware/report", {"mac": MAC}), tls=tls))
    assert (status, body[:3], headers["content-length"]) == (200, b"OK ", str(len(body)))
    assert not {"transfer-encoding", "content-encoding", "set-cookie"} & set(headers)


@both
@pytest.mark.parametrize("path", ["/firmware/manifest?mac=x", "/firmware/files/run.py?mac=x"])
def test_an_update_is_answered_without_redirect(proxy: Proxy, tls: bool, path: str) -> None:
    status, _, body = split(proxy.ask(get(path), tls=tls))
    assert (status, body) == (403, b"wrong key or MAC")


def test_health_is_told_over_http(proxy: Proxy) -> None:
    assert split(proxy.ask(get("/healthz")))[::2] == (200, b"ok")


# --- whose request it is ----------------------------------------------------------------------


def refused_addresses(proxy: Proxy, asked: Proxy, tls: bool, **headers: str) -> list[str]:
    """Return from where a refused reading came, as the server's log has it."""
    before = len(proxy.server.log())
    asked.ask(get(update(key="wrong"), **headers), tls=tls, source="127.0.0.2")
    return re.findall(r"Refused a reading of .+ from (\S+):", proxy.server.log()[before:])


@both
def test_the_log_has_the_clients_address_and_not_the_proxys(proxy: Proxy, tls: bool) -> None:
    assert refused_addresses(proxy, proxy, tls) == ["127.0.0.2"]


@both
@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_a_client_cannot_claim_an_address(proxy: Proxy, tls: bool, name: str) -> None:
    assert refused_addresses(proxy, proxy, tls, **{name: "203.0.113.9"}) == ["127.0.0.2"]


def test_past_the_proxy_nobody_can_claim_an_address_either(proxy: Proxy) -> None:
    direct = Proxy(proxy.folder, proxy.server, proxy.server.port, 0)
    headers = {"X-Forwarded-For": "203.0.113.9"}
    assert refused_addresses(proxy, direct, False, **headers) == ["127.0.0.2"]


def test_a_client_cannot_claim_https(proxy: Proxy) -> None:
    status, headers, _ = split(proxy.ask(get("/", **{"X-Forwarded-Proto": "https"})))
    assert (status, headers["location"]) == (301, f"https://{NAME}/")


# --- secrets, and a server that is away -------------------------------------------------------


@both
def test_no_key_is_in_the_proxys_logs(proxy: Proxy, tls: bool) -> None:
    proxy.ask(get(update()), tls=tls)
    proxy.ask(get(update(key=KEY + "x")), tls=tls)
    assert KEY not in proxy.logs()


@both
def test_a_server_that_is_away_is_told_shortly_and_no_key_is_logged(
    proxy: Proxy, tls: bool
) -> None:
    proxy.server.stop()
    try:
        status, headers, body = split(proxy.ask(get(update()), tls=tls))
        page = split(proxy.ask(get("/"), tls=True))[0]
    finally:
        proxy.server.start()
    assert (status, body, headers["content-length"]) == (503, b"busy, send again", "16")
    assert page == 502
    assert "502" in proxy.logs()  # what goes wrong is logged, so that a key could have been
    assert KEY not in proxy.logs()


@both
def test_no_household_link_is_in_the_proxys_logs(proxy: Proxy, tls: bool) -> None:
    status, _, _ = split(proxy.ask(get("/h/s3cr3t-of-a-phone"), tls=tls))
    proxy.server.stop()
    try:
        proxy.ask(get("/h/s3cr3t-of-a-phone"), tls=tls)
    finally:
        proxy.server.start()
    assert status == (404 if tls else 301)
    assert "s3cr3t-of-a-phone" not in proxy.logs()


def test_the_server_is_told_how_it_is_reached(proxy: Proxy) -> None:
    """`manage.py doctor` has nothing against the settings that the examples ask for."""
    done = json.loads(proxy.server.manage("doctor", "--json").replace("\n", ""))
    assert [one["text"] for one in done["findings"] if "HTTPS" in one["text"]] == []
