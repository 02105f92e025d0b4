"""What errors mean, in words: real ones, of SQLite and of the system."""

from __future__ import annotations

import errno
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.db import OperationalError

from readings import damage, faults


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(tmp_path / "db", isolation_level=None, timeout=0)) as held:
        held.execute("CREATE TABLE t (x)")
        yield held


def what_of(database: sqlite3.Connection, sql: str) -> OperationalError:
    """Run what fails; return the error as Django hands it on."""
    with pytest.raises(sqlite3.Error) as raised:
        database.execute(sql)
    error = OperationalError(*raised.value.args)
    error.__cause__ = raised.value
    return error


def reason(error: BaseException) -> str | None:
    fault = faults.explain(error)
    return fault.reason if fault else None


def test_a_full_database(database: sqlite3.Connection) -> None:
    database.execute("PRAGMA max_page_count=2")
    error = what_of(database, "INSERT INTO t VALUES (zeroblob(100000))")
    assert reason(error) == "server disk full"


def test_a_database_that_may_only_be_read(database: sqlite3.Connection) -> None:
    database.execute("PRAGMA query_only=ON")
    assert reason(what_of(database, "INSERT INTO t VALUES (1)")) == "server read-only"


def test_a_lock_that_another_holds(database: sqlite3.Connection, tmp_path: Path) -> None:
    database.execute("BEGIN IMMEDIATE")
    with closing(sqlite3.connect(tmp_path / "db", timeout=0)) as other:
        assert reason(what_of(other, "INSERT INTO t VALUES (1)")) == "busy, send again"


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(b"noise" * 1_000)
    with closing(sqlite3.connect(tmp_path / "noise")) as noise:
        error = what_of(noise, "SELECT * FROM t")
    assert reason(error) == "server fault"


def test_damage_is_told_to_every_process(tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(b"noise" * 1_000)
    with closing(sqlite3.connect(tmp_path / "noise")) as noise:
        faults.notice(what_of(noise, "SELECT * FROM t"))
    assert damage.marker().exists()


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.ENOSPC, "server disk full"),
        (errno.EROFS, "server read-only"),
        (errno.EIO, "server fault"),
        (errno.EPIPE, None),
    ],
)
def test_errors_of_the_system(number: int, expected: str | None) -> None:
    assert reason(OSError(number, "")) == expected


def test_a_mistake_of_our_own_is_nobodys_fault(database: sqlite3.Connection) -> None:
    assert reason(what_of(database, "SELECT * FROM nowhere")) is None


def test_every_board_can_read_its_line(database: sqlite3.Connection) -> None:
    lines = [fault.reason for fault in faults._OF_SQLITE.values()]
    assert max(len(line.encode()) for line in lines) <= 20


def test_what_is_known_is_told_with_what_to_do_and_without_a_traceback(
    database: sqlite3.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    database.execute("PRAGMA max_page_count=2")
    error = what_of(database, "INSERT INTO t VALUES (zeroblob(100000))")
    faults.tell(logging.getLogger("needle"), error, "%s stays; again in %s s", "The hay", 7)
    assert "The hay stays; again in 7 s. The disk with the data folder is full." in caplog.text
    assert "Traceback" not in caplog.text


def test_what_nobody_knows_is_told_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    faults.tell(logging.getLogger("needle"), ValueError("straw"), "%s stays", "The hay")
    assert "The hay stays\n" in caplog.text
    assert "ValueError: straw" in caplog.text
