"""Does the database open, is it whole, is it set up to lose nothing, can it be written?"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from readings import damage
from readings.heartbeat import beat
from upkeep import disk
from upkeep.doctor.findings import Finding, error, ok, warning
from upkeep.doctor.folder import is_owner

_OLDEST_SQLITE = (3, 35)  # RETURNING and window functions
_WAIT_S = 5.0
_CHECK_S = 10.0
_WRITE_S = 8.0


def sqlite_file() -> Iterator[Finding]:
    """Open the file without Django, which would make a new one where there is none."""
    file = Path(settings.DATABASES["default"]["NAME"])
    if not file.exists():
        yield error(
            f"There is no database {file}.",
            "Run make serve once, or set DATA_DIR as the service has it.",
        )
        return
    if damage.is_marked():
        yield error("The database was found damaged: nothing is stored.", damage.WHAT_TO_DO)
    try:
        with closing(_open(file)) as database:
            mode = database.execute("PRAGMA journal_mode").fetchone()[0]
            database.execute("SELECT count(*) FROM sqlite_master").fetchone()
            yield ok(f"The database opens: {disk.in_words(file.stat().st_size)}.")
            yield from _journal(mode)
            yield from _whole(database)
    except sqlite3.DatabaseError as failure:
        yield _unusable(file, failure)


def _journal(mode: str) -> Iterator[Finding]:
    if mode == "wal":
        yield ok("Its journal is a WAL: reading and writing do not wait for each other.")
    else:
        yield warning(
            f"Its journal is {mode}, not WAL.", "Restart the server: it sets WAL on its own."
        )


def _whole(database: sqlite3.Connection) -> Iterator[Finding]:
    """Look for damage for as long as an operator may wait; the nightly check looks at all."""
    started, deadline = time.monotonic(), time.monotonic() + _CHECK_S
    database.set_progress_handler(lambda: time.monotonic() > deadline, 10_000)
    try:
        faults = [row[0] for row in database.execute("PRAGMA quick_check(3)")]
    except sqlite3.OperationalError as failure:
        if failure.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        yield ok(f"No damage found within {_CHECK_S:.0f} s; it is too large to look at all of it.")
        return
    if faults == ["ok"]:
        yield ok(f"It is whole (quick_check, {time.monotonic() - started:.1f} s).")
    else:
        yield error(f"The database is damaged: {'; '.join(faults)}.", damage.WHAT_TO_DO)


def _unusable(file: Path, failure: sqlite3.DatabaseError) -> Finding:
    code = failure.sqlite_errorcode & 0xFF
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return error(f"{file} is damaged: {failure}.", damage.WHAT_TO_DO)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return error(
            f"Another program keeps {file} locked: {failure}.",
            f"Find and stop it: fuser -v {file}",
        )
    return error(
        f"{file} does not open: {failure}.",
        "Look at the owner and the modes of the folder and the file, and whether the disk is"
        " mounted and can be written.",
    )


def connection_settings() -> Iterator[Finding]:
    """Ask a connection as the server makes it."""
    try:
        connection.ensure_connection()
    except OperationalError as failure:
        yield error(
            f"The database does not answer: {' '.join(str(failure).split())}",
            "Start it, and compare DATABASE_URL with how it is set up.",
        )
        return
    if connection.vendor != "sqlite":
        yield ok(f"The database answers ({connection.vendor}).")
        return
    with connection.cursor() as cursor:
        synchronous = cursor.execute("PRAGMA synchronous").fetchone()[0]
    if synchronous >= 2:
        yield ok("Readings are on the disk before a board gets its OK (synchronous=FULL).")
    else:
        yield error(
            "A power cut would lose readings that were acknowledged (synchronous is not FULL).",
            "Take the change of DATABASES in settings.py back.",
        )


def sqlite_version() -> Iterator[Finding]:
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        yield error(
            f"SQLite {sqlite3.sqlite_version} is too old.",
            "Use a newer Python or system: 3.35 or later is needed.",
        )
    else:
        yield ok(f"SQLite {sqlite3.sqlite_version}.")


def migrations() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    waiting = [f"{migration.app_label}.{migration.name}" for migration, _ in plan]
    if waiting:
        yield error(
            f"The database is older than the program: {', '.join(waiting)} not applied.",
            "Restart the server, or run: .venv/bin/python manage.py migrate",
        )
    else:
        yield ok("The database fits the program: all migrations are applied.")


def writing() -> Iterator[Finding]:
    """Write and commit a row the way readings are written, and not wait for ever."""
    if not is_owner():
        return
    outcome: list[Exception | None] = []
    writer = threading.Thread(target=_try_writing, args=[outcome], daemon=True)
    writer.start()
    writer.join(_WRITE_S)
    if not outcome:
        yield error(
            f"Nothing could be written within {_WRITE_S:.0f} s: another program holds the lock.",
            "See who has the database open (fuser -v), and stop what is not this server.",
        )
    elif outcome[0] is not None:
        yield error(
            f"The database cannot be written: {outcome[0]}.",
            "Boards keep their readings meanwhile. Make room if the disk is full; see whether it"
            " became read-only (dmesg).",
        )
    else:
        yield ok("A row was written and committed.")


def _try_writing(outcome: list[Exception | None]) -> None:
    try:
        beat("doctor")
    except Exception as failure:
        outcome.append(failure)
    else:
        outcome.append(None)
    finally:
        connection.close()


def _open(file: Path) -> sqlite3.Connection:
    # Not mode=ro: after a power cut the first to open it has to recover the -wal file.
    database = sqlite3.connect(f"file:{quote(str(file))}?mode=rw", uri=True, timeout=_WAIT_S)
    database.execute("PRAGMA query_only = ON")
    return database
