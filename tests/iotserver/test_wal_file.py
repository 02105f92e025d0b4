"""The file beside the database to which SQLite writes first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

pytestmark = [
    pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite has one"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture(autouse=True)
def _table() -> Iterator[None]:
    """A table of 50 pages that are written anew with every commit."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE pages (id INTEGER PRIMARY KEY, content BLOB)")
        rows = [[number] for number in range(50)]
        cursor.executemany("INSERT INTO pages VALUES (%s, zeroblob(3000))", rows)
        yield
        cursor.execute("DROP TABLE pages")


def test_it_is_used_again_before_it_is_larger_than_what_it_shrinks_to() -> None:
    with connection.cursor() as cursor:
        for _ in range(200):
            cursor.execute("UPDATE pages SET content = randomblob(3000)")
        cursor.execute("PRAGMA journal_size_limit")
        assert _size() < cursor.fetchone()[0] == 16_000_000


def test_a_few_commits_are_not_yet_copied_to_the_database() -> None:
    """A checkpoint takes long and all writers wait; the more commits share it the better."""
    file = Path(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        before = file.stat().st_mtime_ns
        for _ in range(50):
            cursor.execute("UPDATE pages SET content = randomblob(3000)")
    assert file.stat().st_mtime_ns == before


def _size() -> int:
    return Path(f"{connection.settings_dict['NAME']}-wal").stat().st_size
