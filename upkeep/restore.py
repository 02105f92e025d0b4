"""Brings a backup back. The database it replaces stays, under another name."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from readings import damage
from readings.times import from_ms, now_ms
from upkeep import sqlite_dump
from upkeep.facts import Facts
from upkeep.migration import migrate
from upkeep.running import InUse
from upkeep.sqlite_dump import InvalidBackup

_APPLIED = "SELECT app, name FROM django_migrations"


class Refused(Exception):
    """Nothing was changed. The message says why and what to do."""


@contextmanager
def opened(file: Path) -> Iterator[tuple[Path, Facts]]:
    """Unpack and check a backup; lend the database in it and what it holds."""
    if not file.is_file():
        raise Refused(f"There is no file {file}.")
    with TemporaryDirectory(prefix=".restore-", dir=settings.DATA_DIR) as scratch:
        path = Path(scratch) / "db.sqlite3"
        try:
            sqlite_dump.unpack(file, path)
            held = sqlite_dump.inspect(path)
        except InvalidBackup as error:
            raise Refused(f"This is no good backup: {error}. Nothing was changed.") from error
        _check_version(path)
        yield path, held


def put_in_place(path: Path) -> Path | None:
    """Let a checked database take the place of ours; return where ours went.

    The caller has seen to it that no server runs. At no moment is there no database,
    and never a `-wal` file beside one that it does not belong to.
    """
    ours = sqlite_dump.database()
    kept = _keep(ours) if ours.exists() else None
    _belong_as(path, ours if ours.exists() else ours.parent)
    path.replace(ours)
    _flush_folder(ours.parent)
    damage.clear()
    migrate()
    return kept


def what_is_there() -> str | None:
    """Describe the database that a restore would replace; None when there is none."""
    ours = sqlite_dump.database()
    if not ours.exists():
        return None
    try:
        with closing(sqlite3.connect(ours)) as held:
            count, newest = held.execute(
                "SELECT (SELECT count(*) FROM readings_reading),"
                " (SELECT max(measured_at) FROM readings_latest)"
            ).fetchone()
    except sqlite3.Error as error:
        return f"a database that cannot be read ({error})"
    if newest is None:
        return f"{count:,} readings"
    return f"{count:,} readings, the newest of {from_ms(newest):%Y-%m-%d %H:%M} UTC"


def _check_version(path: Path) -> None:
    with closing(sqlite3.connect(path)) as held:
        applied = {(app, name) for app, name in held.execute(_APPLIED)}
    unknown = applied - MigrationLoader(None).disk_migrations.keys()
    if unknown:
        names = ", ".join(sorted(".".join(one) for one in unknown))
        raise Refused(
            f"The backup was made by a newer version of this server ({names})."
            " Update the server first. Nothing was changed."
        )


def _keep(ours: Path) -> Path:
    """Give our database a second name, with everything in one file where that can be done."""
    connection.close()
    moment = from_ms(now_ms()).astimezone(ZoneInfo(settings.TIME_ZONE))
    kept = ours.with_name(f"{ours.name}.{moment:%Y%m%d-%H%M%S}")
    _fold(ours)
    wal = ours.with_name(f"{ours.name}-wal")
    if wal.exists():  # too damaged to fold: it stays beside what it belongs to
        wal.rename(kept.with_name(f"{kept.name}-wal"))
    ours.with_name(f"{ours.name}-shm").unlink(missing_ok=True)
    try:
        os.link(ours, kept)
    except OSError:  # no links on this disk
        shutil.copy2(ours, kept)
    return kept


def _fold(ours: Path) -> None:
    """Bring what is in the -wal file into the database; refuse while anybody has it open."""
    try:
        with closing(sqlite3.connect(ours, timeout=1)) as held:
            held.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise InUse(f"Another program has {ours} open. End it first.") from error
    except sqlite3.DatabaseError:
        pass  # damaged: the reason for this restore


def _belong_as(path: Path, other: Path) -> None:
    """Give a file the owner of another: root may restore what another user serves."""
    status = other.stat()
    path.chmod(0o600 if other.is_dir() else status.st_mode & 0o777)
    with suppress(PermissionError):
        os.chown(path, status.st_uid, status.st_gid)


def _flush_folder(path: Path) -> None:
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
