"""The real watcher, killed and started again: each event arrives, and none twice in a row."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from queue import Empty

import pytest

from tests.alerts.receivers import Receiver, receiving
from tests.conftest import StartServer
from tests.patience import PATIENCE_S
from tests.serving import Server, wait_until

_MAC = "5c:cf:7f:0a:1b:2c"
_CHANNEL = """
from alerts.models import Channel
Channel.objects.create(name="Phone", url="{url}?rto=60", shown_as="ntfy", is_in_house=True)
"""
_SILENT = "SELECT count(*) FROM alerts_event WHERE kind = 'silence'"
_STATES = "SELECT state FROM alerts_delivery ORDER BY id"


@pytest.fixture
def ntfy() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def server(start_server: StartServer, ntfy: Receiver) -> Server:
    """A household whose one station fell silent while nobody looked."""
    server = start_server()
    key = json.loads(server.manage("add_station", "Attic", "--mac", _MAC, "--json"))["api_key"]
    server.manage("shell", "-c", _CHANNEL.format(url=ntfy.url))
    server.manage("shell", "-c", _POST.format(key=key))
    server.kill()
    _heard_hours_ago(server)
    return server


_POST = """
from stations.models import Station
from readings.ingest import record_readings
from readings.measurements import Measurement
from readings.times import now_ms
record_readings(Station.objects.get(), [Measurement(1, 21.5, now_ms(), True)])
"""


def _heard_hours_ago(server: Server) -> None:
    """Put the last reading back in time; the watcher's own last beat is a moment ago."""
    with closing(sqlite3.connect(server.data_dir / "db.sqlite3", timeout=PATIENCE_S)) as database:
        database.execute("UPDATE readings_latest SET received_at = received_at - 7200000")
        now = time.time_ns() // 1_000_000
        database.execute("UPDATE readings_heartbeat SET beat_at = ?", [now])
        database.commit()


def _states(server: Server) -> list[str]:
    return [state for (state,) in server.query(_STATES)]


def test_killed_in_the_middle_of_a_message_it_is_sent_once_more(
    server: Server, ntfy: Receiver
) -> None:
    ntfy.hold.clear()
    server.start()
    first = ntfy.next()  # arrived, and not answered
    server.kill()
    ntfy.hold.set()
    assert _states(server) == ["waiting"]
    server.start()
    again = ntfy.next()
    wait_until(lambda: _states(server) == ["sent"], server.log)
    assert b"Attic is silent" in first.body
    assert b"Sent again" not in first.body
    assert b"Sent again: the server was stopped" in again.body
    assert server.query(_SILENT) == [(1,)]


def test_killed_after_a_message_it_is_not_sent_again(server: Server, ntfy: Receiver) -> None:
    server.start()
    ntfy.next()
    wait_until(lambda: _states(server) == ["sent"], server.log)
    for _restart in range(2):
        server.kill()
        beat = server.query("SELECT beat_at FROM readings_heartbeat")
        server.start()
        wait_until(
            lambda beat=beat: server.query("SELECT beat_at FROM readings_heartbeat") != beat,  # type: ignore[misc]
            server.log,
        )
    assert server.query(_SILENT) == [(1,)]
    with pytest.raises(Empty):
        ntfy.arrived.get_nowait()


def test_no_secret_of_a_channel_is_logged(server: Server, ntfy: Receiver) -> None:
    ntfy.statuses.append(500)
    server.start()
    ntfy.next()
    wait_until(lambda: "trying again later" in server.log(), server.log)
    assert "needle" not in server.log()
