"""Keys in every place where one was ever put, then a search of all that the server wrote.

Every key of this module holds the word that is searched for, in a form of its own, so that
a finding names its request.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from tests.conftest import StartServer
from tests.contract.wire import exchange
from tests.factories import TUTORIAL_MAC
from tests.patience import PATIENCE_S
from tests.serving import Server

MAC = "5c:cf:7f:0a:1b:2c"
REGISTERED = "needle-0-needle"
LEAK = re.compile(rb"needle.?[0-9]+\w*|ne:ed:le:[0-9a-z:]+", re.IGNORECASE)

# Sign-in has to know where to return to: the address that its own browser asked for.
_REDIRECT = re.compile(rb"Location: /(sign-in|admin/login)/\?next=\S+")

_number = count(1)


def key() -> str:
    return f"needle-{next(_number)}-needle"


def tail(mac: str = MAC, data: str = "21.5") -> str:
    return f"/mac={mac}/field=1/data={data}"


def get(target: str, *headers: str, version: str = "1.0", method: str = "GET") -> bytes:
    lines = [f"{method} {target} HTTP/{version}", "Host: 127.0.0.1", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def post(target: str, body: str, *headers: str, kind: str = "application/json") -> bytes:
    own = [f"Content-Type: {kind}", f"Content-Length: {len(body.encode())}", *headers]
    return get(target, *own, method="POST") + body.encode()


def device_requests() -> Iterator[bytes]:
    yield get(f"/update/API_key={REGISTERED}{tail()}")
    yield get(f"/update/API_key={REGISTERED}{tail()}", "Accept: text/html")
    yield get(f"/update/API_key={REGISTERED}{tail(data='nan')}", "Accept: text/html")
    yield get(f"/update/API_key={key()}{tail()}")
    yield get(f"/update/API_key={key()}{tail()}", "Accept: text/html")
    yield get(f"/update/API_key={key()}{tail(TUTORIAL_MAC)}")
    yield get(f"/update/API_key={key()}")
    yield get(f"/update/API_key={key()}/field=1")
    yield get(f"/update/API_key={key()}/API_key={key()}{tail()}")
    yield get(f"//API_key={key()}{tail()}/")
    yield get(f"/update/API_key=ключ-{key()}{tail()}")
    yield get(f"/update/API_key=%D0%BA-{key()}{tail()}")
    yield get(f"/update/API_key={key()}%00%0a%0d{tail()}")
    yield get(f"/update/API_key={key()}%FF{tail()}")
    yield get(f"/update/API_key={key()}%2F{key()}{tail()}")
    yield get(f"/update/API_key={key()} {key()}{tail()}")
    yield get(f"/update/API%5Fkey={key()}{tail()}")
    yield get(f"/update/%41PI_key%3D{key()}{tail()}")
    yield get(f"/update/API%255Fkey={key()}{tail()}")
    yield get(f"/update/api_key={key()}{tail()}")
    yield get(f"/update/mac={MAC}/API_key={key()}/field=1/data=1")
    yield get(f"/update/API_key={MAC}/mac={key()}/field=1/data=1")
    yield get(f"/update/API_key={MAC}/mac=needle12swap/field=1/data=1")
    yield get(f"/update/API_key=x{tail(data=key())}")
    yield get(f"/update/API_key={key()}{tail()}", method="POST")
    yield get(f"/update/API_key={key()}{tail()}", method="HEAD")
    yield get(f"/update/API_key={key()}{tail()}", "Sec-Purpose: prefetch")
    yield get(f"/update/API_key={key()}{tail()}?API_key={key()}&age=x")


def requests_elsewhere() -> Iterator[bytes]:
    yield get(f"/update?api_key={key()}&field1=20")
    yield get(f"/nowhere/API_key={key()}/")
    yield get(f"/nowhere/API%5Fkey={key()}/")
    yield get(f"/nowhere?api_key={key()}&apikey={key()}&API%5Fkey={key()}")
    yield get(f"/admin/?api_key={key()}")
    yield get(f"/?api_key={key()}")
    yield get(f"/healthz?API_key={key()}")
    yield get(f"/static/API_key={key()}")
    yield get(f"/api/v1/stations/?api_key={key()}")
    yield get(f"/api/v1/stations/API_key={key()}/")
    yield get("/nowhere", f"Authorization: Bearer {key()}", f"X-API-Key: {key()}")
    yield get("/admin/", f"Referer: http://127.0.0.1/update/API_key={key()}{tail()}")
    yield get("/nowhere", f"Referer: http://127.0.0.1/update/API_key={key()}{tail()}")
    yield get("/nowhere", f"Cookie: api_key={key()}")
    yield get("/", f"Host: API_key={key()}")
    yield post("/nowhere", f'{{"api_key": "{key()}"}}', f"Referer: http://x/API_key={key()}")
    yield post("/nowhere", f"API_key={key()}", kind="application/x-www-form-urlencoded")
    yield post(
        "/sign-in/", f"username={key()}&password={key()}", kind="application/x-www-form-urlencoded"
    )
    yield post("/api/v1/readings/", f'{{"api_key": "{key()}", "mac": "{MAC}"}}')
    yield post("/api/v1/readings", f'{{"key": "{key()}"', f"Authorization: Bearer {key()}")


def requests_with_links() -> Iterator[bytes]:
    yield get(f"/h/{key()}")
    yield get(f"/h/{key()}/")
    yield get(f"/h/{key()}", method="HEAD")
    yield get(f"/h/{key()}", method="POST")
    yield get(f"/h%2F{key()}")
    yield get(f"//h/{key()}")
    yield get(f"/h/{key()}?next=/")
    yield get(f"/H/{key()}")
    yield get("/", f"Cookie: household_link={key()}")
    yield get("/nowhere", f"Cookie: household_link={key()}")
    yield get("/nowhere", f"Referer: http://127.0.0.1/h/{key()}")


def requests_for_the_parser() -> Iterator[bytes]:
    yield get(f"/update/API_key={key()}{tail()}", version="9.9")
    yield get(f"/update/API_key={key()}{tail()}", version="1.1", method="G@T")
    yield get(f"/update/API_key={key()}{tail()}" + "x" * 9_000)
    yield get(f"/update/API_key={key()}{tail()}", "Broken header")
    yield get(f"/update/API_key={key()}{tail()}", f"API_key={key()}: \x00")
    yield get(f"/update/API_key={key()}{tail()}", f"X-API-Key: {key()}\x01")
    yield get(f"/update/API_key={key()}{tail()}", "Content-Length: -1")
    yield get(f"/update/API_key={key()}{tail()}", "Transfer-Encoding: x", "Content-Length: 3")
    yield f"GET /update/API_key={key()}{tail()}\r\n\r\n".encode()
    yield f"/update/API_key={key()}{tail()}\r\n\r\n".encode()
    yield f"GET http://127.0.0.1/update/API_key={key()}{tail()} HTTP/1.1\r\n\r\n".encode()
    yield f"GET /nowhere/API_key={key()} HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n".encode()
    yield get(f"/update/API_key={key()}\x00{tail()}")
    yield get(f"/update/API_key={key()}\xff\xfe{tail()}")


def send_all(server: Server, requests: Iterator[bytes]) -> list[bytes]:
    return [exchange(server.port, _closing(request)) for request in requests]


def _closing(request: bytes) -> bytes:
    head, end, body = request.partition(b"\r\n\r\n")
    return head + b"\r\nConnection: close" + end + body


def break_the_database(server: Server) -> None:
    """Take the tables away under the running server: every page that asks for one fails."""
    with closing(sqlite3.connect(server.data_dir / "db.sqlite3", timeout=PATIENCE_S)) as database:
        for table in (
            "readings_latest",
            "stations_sensor",
            "viewers_householdlink",
            "django_session",
        ):
            database.execute(f"ALTER TABLE {table} RENAME TO {table}_gone")


def findings(server: Server, replies: list[bytes]) -> list[str]:
    """Return where a key was found, and what stands around it."""
    places = {"log": server.log().encode()}
    places |= {f"reply {n}": _REDIRECT.sub(b"", reply) for n, reply in enumerate(replies)}
    files = server.data_dir.rglob("*")
    places |= {str(path.relative_to(server.data_dir)): _content(path) for path in files}
    return [
        f"{place}: {text[max(0, found.start() - 90) : found.end() + 30]!r}"
        for place, text in places.items()
        for found in LEAK.finditer(text)
    ]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (FileNotFoundError, IsADirectoryError):
        return b""  # not there any more: a draft that has taken its file's place


@pytest.mark.parametrize("debug", ["false", "true"])
def test_no_key_is_written_anywhere(start_server: StartServer, debug: str) -> None:
    server = start_server(
        DEBUG=debug, LOG_LEVEL="DEBUG", PUBLIC_DASHBOARD="true", REFUSAL_RATE_LIMIT="0"
    )
    server.manage("add_station", "Attic", "--mac", MAC, "--key", REGISTERED)
    replies = send_all(server, device_requests())
    replies += send_all(server, requests_elsewhere())
    replies += send_all(server, requests_with_links())
    replies += send_all(server, requests_for_the_parser())
    assert server.count_readings() == 2
    break_the_database(server)
    broken = send_all(server, device_requests()) + send_all(server, requests_elsewhere())
    broken += send_all(server, requests_with_links())
    assert b" 500 " in b"".join(reply[:16] for reply in broken)
    assert "Traceback" in server.log()
    found = findings(server, [*replies, *broken])
    assert not found, "\n".join(found)


def test_the_search_would_find_a_key(tmp_path: Path) -> None:
    assert LEAK.search(f"GET /{key()}".encode())
    assert LEAK.search(b"mac ne:ed:le:12:sw:ap")
    assert LEAK.search(b"needle12swap")
