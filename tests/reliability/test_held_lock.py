"""Another program keeps the write lock for a while."""

from __future__ import annotations

import fcntl
import http.cookiejar
import re
import sqlite3
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest

from tests.conftest import StartServer
from tests.patience import PATIENCE_S
from tests.reliability.asking import add_tutorial_station, health, page, post
from tests.serving import Server

Lock = Callable[[Path], AbstractContextManager[None]]

_HELD_S = 8


@contextmanager
def sqlite_lock(data: Path) -> Iterator[None]:
    with closing(sqlite3.connect(data / "db.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def file_lock(data: Path) -> Iterator[None]:
    with (data / "db.sqlite3.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture
def server(start_server: StartServer) -> Server:
    server = start_server(PUBLIC_DASHBOARD="true")
    add_tutorial_station(server)
    return server


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(24) as pool:
        yield pool


def sign_in(server: Server) -> int:
    """Sign in as the admin; return the status of the page that follows."""
    jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    browser = urllib.request.build_opener(jar)
    form = browser.open(f"{server.url}/sign-in/", timeout=PATIENCE_S).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
    assert token
    password = (server.data_dir / "admin_password").read_text().strip()
    fields = {"username": "admin", "password": password, "csrfmiddlewaretoken": token[1]}
    sent = urllib.parse.urlencode(fields).encode()
    try:
        with browser.open(f"{server.url}/sign-in/", sent, timeout=PATIENCE_S) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


@pytest.mark.parametrize("lock", [sqlite_lock, file_lock])
def test_who_writes_waits_for_eight_seconds_and_is_served(
    server: Server, threads: ThreadPoolExecutor, lock: Lock
) -> None:
    with lock(server.data_dir):
        posts = [threads.submit(post, server, 20 + number / 10) for number in range(20)]
        signed_in = threads.submit(sign_in, server)
        assert page(server, "/").status == 200  # who only reads waits for nobody
        hasty = wait(posts, _HELD_S, FIRST_COMPLETED).done
        assert not hasty, "answered while nobody could write"
    assert {done.result().status for done in posts} == {200}
    assert signed_in.result() == 200
    assert health(server).status == 200
    assert server.count_readings() == 20


def test_who_waited_too_long_is_told_so(server: Server, threads: ThreadPoolExecutor) -> None:
    with sqlite_lock(server.data_dir):
        refused, signed_in = threads.submit(post, server), threads.submit(sign_in, server)
        answer = refused.result(PATIENCE_S)
        assert (answer.status, answer.body) == (503, b"busy, send again")
        assert signed_in.result(PATIENCE_S) == 503
    assert post(server).status == 200
