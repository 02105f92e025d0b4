"""The audit and the boards tell what they are there to find."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from tests.conftest import StartServer
from tests.reliability.audit import audit
from tests.reliability.boards import outcome_of, posting, register

_WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (_WHOLE, "acknowledged"),
        (_WHOLE[:-1], "cut"),
        (_WHOLE[:20], "cut"),
        (_WHOLE[:1], "cut"),
        (b"", "unanswered"),
        (b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy", "refused"),
    ],
)
def test_an_exchange_is_told_by_what_came_back(reply: bytes, outcome: str) -> None:
    assert outcome_of(reply) == outcome


def test_the_audit_finds_what_is_lost_doubled_foreign_or_stale(start_server: StartServer) -> None:
    server = start_server()
    boards = register(server, 3)
    with posting(server.port, boards) as load:
        load.await_acknowledged(20)
    server.stop()
    file = server.data_dir / "db.sqlite3"
    assert audit(file, boards).is_clean
    with closing(sqlite3.connect(file)) as database, database:
        newest = "(SELECT max(measured_at) FROM readings_reading WHERE sensor_id = 1)"
        database.execute(  # the newest again, a moment later: doubled, and latest is stale
            "INSERT INTO readings_reading SELECT sensor_id, measured_at + 9, value, 0, 0"
            f" FROM readings_reading WHERE sensor_id = 1 AND measured_at = {newest}"
        )
        oldest = "(SELECT min(measured_at) FROM readings_reading WHERE sensor_id = 2)"
        database.execute(  # another value in its place: one is lost, one is foreign
            "UPDATE readings_reading SET value = 60 WHERE sensor_id = 2 AND measured_at = " + oldest
        )
    findings = audit(file, boards)
    found = (findings.lost, findings.doubled, findings.foreign, findings.stale)
    assert found == (1, 1, 1, 1)


def test_the_audit_finds_a_damaged_file(start_server: StartServer) -> None:
    server = start_server()
    boards = register(server, 3)
    with posting(server.port, boards) as load:
        load.await_acknowledged(20)
    server.stop()
    file = server.data_dir / "db.sqlite3"
    content = bytearray(file.read_bytes())
    content[4096 * 3 : 4096 * 4] = bytes(4096)  # a page that a disk gave back as zeros
    file.write_bytes(content)
    assert audit(file, boards).damage != "ok"
