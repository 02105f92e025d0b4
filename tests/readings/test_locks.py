"""One writer at a time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

import pytest
from django.db import connection, connections

from readings.driver import driver_cursor
from readings.locks import bare_transaction, is_bare, write_transaction
from readings.models import Heartbeat
from tests.locking import is_locked

Transaction = Callable[[], AbstractContextManager[None]]

either = pytest.mark.parametrize("transaction", [write_transaction, bare_transaction])

sqlite_only = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL queues writers by an advisory lock"
)


@sqlite_only
@either
@pytest.mark.django_db(transaction=True)
def test_other_processes_wait_at_the_lock_file_while_one_writes(transaction: Transaction) -> None:
    with transaction():
        assert is_locked()
    assert not is_locked()


@sqlite_only
@either
@pytest.mark.django_db
def test_inside_another_transaction_nobody_queues_again(transaction: Transaction) -> None:
    """That one holds SQLite's lock already: waiting for the file could only deadlock."""
    with transaction():
        assert not is_locked()


@sqlite_only
@either
@pytest.mark.django_db(transaction=True)
def test_a_writer_that_fails_lets_the_next_one_in(transaction: Transaction) -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        raise ZeroDivisionError
    assert not is_locked()
    with transaction():
        _beat()
    assert Heartbeat.objects.exists()


@either
@pytest.mark.django_db(transaction=True)
def test_a_writer_that_fails_leaves_nothing_behind(transaction: Transaction) -> None:
    with pytest.raises(ZeroDivisionError):
        _write_and_fail(transaction)
    assert not Heartbeat.objects.exists()


@either
@pytest.mark.django_db(transaction=True)
def test_nobody_sees_what_is_written_before_its_end(transaction: Transaction) -> None:
    with ThreadPoolExecutor(1) as elsewhere:
        with transaction():
            _beat()
            assert elsewhere.submit(_count_elsewhere).result() == 0
        assert elsewhere.submit(_count_elsewhere).result() == 1


@sqlite_only
@pytest.mark.django_db(transaction=True)
def test_a_bare_transaction_says_so() -> None:
    with bare_transaction():
        assert is_bare()


@either
@pytest.mark.django_db
def test_inside_djangos_own_there_is_no_bare_one(transaction: Transaction) -> None:
    with transaction():
        assert not is_bare()


@pytest.mark.django_db(transaction=True)
def test_threads_that_read_and_then_write_lose_no_step() -> None:
    Heartbeat.objects.create(name="steps", beat_at=0)
    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(_ten_steps) for _ in range(4)]:
            done.result()
    assert Heartbeat.objects.get(name="steps").beat_at == 40


def _write_and_fail(transaction: Transaction) -> None:
    with transaction():
        _beat()
        raise ZeroDivisionError


def _beat() -> None:
    with driver_cursor() as cursor:
        cursor.execute("INSERT INTO readings_heartbeat (name, beat_at) VALUES ('beat', 1)")


def _count_elsewhere() -> int:
    try:
        return Heartbeat.objects.count()
    finally:
        connections.close_all()


def _ten_steps() -> None:
    try:
        for _ in range(10):
            with write_transaction():
                held = Heartbeat.objects.get(name="steps")
                Heartbeat.objects.filter(name="steps").update(beat_at=held.beat_at + 1)
    finally:
        connections.close_all()
