"""One writer at a time."""

from __future__ import annotations

import fcntl
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from readings.locks import write_transaction
from readings.models import Heartbeat

sqlite_only = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL queues writers by an advisory lock"
)


def _is_locked() -> bool:
    descriptor = os.open(f"{connection.settings_dict['NAME']}.lock", os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


@sqlite_only
@pytest.mark.django_db(transaction=True)
def test_other_processes_wait_at_the_lock_file_while_one_writes() -> None:
    with write_transaction():
        assert _is_locked()
    assert not _is_locked()


@sqlite_only
@pytest.mark.django_db
def test_inside_another_transaction_nobody_queues_again() -> None:
    """That one holds SQLite's lock already: waiting for the file could only deadlock."""
    with write_transaction():
        assert not _is_locked()


@sqlite_only
@pytest.mark.django_db(transaction=True)
def test_a_writer_that_fails_lets_the_next_one_in() -> None:
    with pytest.raises(ZeroDivisionError), write_transaction():
        raise ZeroDivisionError
    assert not _is_locked()


@pytest.mark.django_db
def test_a_writer_that_fails_leaves_nothing_behind() -> None:
    with pytest.raises(ZeroDivisionError):
        _write_and_fail()
    assert not Heartbeat.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_threads_that_read_and_then_write_lose_no_step() -> None:
    Heartbeat.objects.create(name="steps", beat_at=0)
    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(_ten_steps) for _ in range(4)]:
            done.result()
    assert Heartbeat.objects.get(name="steps").beat_at == 40


def _write_and_fail() -> None:
    with write_transaction():
        Heartbeat.objects.create(name="half", beat_at=1)
        raise ZeroDivisionError


def _ten_steps() -> None:
    try:
        for _ in range(10):
            with write_transaction():
                held = Heartbeat.objects.get(name="steps")
                Heartbeat.objects.filter(name="steps").update(beat_at=held.beat_at + 1)
    finally:
        connections.close_all()
