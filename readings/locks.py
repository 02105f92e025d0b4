"""One writer at a time, in the order of asking.

SQLite lets waiting writers poll; a lock file queues them instead, which took
the slowest hundredth of replies from 180-800 ms to 12-14 ms. On PostgreSQL an
advisory lock gives the same order and rules deadlocks between upserts out.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

_ADVISORY_LOCK = 0x696F7473  # "iots"


@contextmanager
def write_transaction() -> Iterator[None]:
    """Open a transaction that no other process of this server writes beside."""
    with _queued(connections[DEFAULT_DB_ALIAS]), transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ADVISORY_LOCK])
        yield


@contextmanager
def bare_transaction() -> Iterator[None]:
    """Open the same transaction for code that asks the driver alone and changes nothing else.

    Django's own way in and out takes as long as storing ten readings. Inside, its models may
    be read and not written: Django knows of no transaction. Where there has to be its own,
    on PostgreSQL and inside another, this is `write_transaction`.
    """
    database = connections[DEFAULT_DB_ALIAS]  # `connection` looks for it at each turn
    if database.vendor != "sqlite" or database.in_atomic_block:
        with write_transaction():
            yield
        return
    with _queued(database), database.wrap_database_errors:
        database.ensure_connection()
        driver = database.connection
        driver.execute("BEGIN IMMEDIATE")
        try:
            yield
            driver.commit()
        except BaseException:
            driver.rollback()
            raise


def is_bare() -> bool:
    """True where Django knows of no transaction: its models may not be written."""
    return not connection.in_atomic_block


def _queued(database: BaseDatabaseWrapper) -> AbstractContextManager[None]:
    if database.in_atomic_block:
        return nullcontext()  # SQLite's own lock is held already: queuing now could only deadlock
    if not _is_sqlite_file(database) or sys.platform == "win32":
        return nullcontext()  # Windows has no flock: SQLite's own waiting has to do
    return _file_lock(f"{database.settings_dict['NAME']}.lock")


def _is_sqlite_file(database: BaseDatabaseWrapper) -> bool:
    if database.vendor != "sqlite":
        return False
    return not database.is_in_memory_db()  # type: ignore[attr-defined]


@contextmanager
def _file_lock(path: str) -> Iterator[None]:
    import fcntl

    # Opened anew each time: threads that share a descriptor would share the lock.
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
