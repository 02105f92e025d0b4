"""Backups of a SQLite database: the file itself, compressed with gzip.

Both outlive this server: `gunzip` and any SQLite tool open them.

The copy is taken in steps within one read transaction. Without it every write of a
board would begin the copy anew: 830 times in a minute, without an end. With it, five
million rows take a quarter of a second and no board waits.
"""

from __future__ import annotations

import gzip
import os
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Any

from django.db import connection

from upkeep import facts
from upkeep.facts import Facts
from upkeep.schedule import check_stop

SUFFIX = ".sqlite3.gz"

_OURS = {"readings_reading", "django_migrations"}
_PAGES = 1_000  # a step: 4 MB
_CHUNK = 1 << 20
_TIMEOUT_S = 20


class InvalidBackup(Exception):
    """A file is no whole backup. The message says what is wrong with it."""


def database() -> Path:
    return Path(str(connection.settings_dict["NAME"]))


def size() -> int:
    """Return the bytes that a copy of the database takes at most."""
    files = (database(), database().with_name(f"{database().name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())


def dump(file: IO[bytes], scratch: Path) -> Facts:
    """Write a compressed copy of the database; return what the database held then."""
    copy = scratch / "copy.sqlite3"
    seen = _copy(copy)
    with copy.open("rb") as plain, gzip.GzipFile("", "wb", 6, file) as packed:
        _pump(plain.read, packed.write)
    copy.unlink()
    return seen


def restored(file: Path, scratch: Path) -> tuple[Facts, str]:
    """Unpack a backup, check every page of it and return what it holds, with a word for it."""
    copy = scratch / "restored.sqlite3"
    unpack(file, copy)
    held = inspect(copy)
    copy.unlink()
    return held, "test-restored"


def unpack(file: Path, target: Path) -> None:
    """Decompress a backup; raise `InvalidBackup` when it is cut short or garbled."""
    try:
        with gzip.open(file) as packed, target.open("wb") as plain:
            _pump(packed.read, plain.write)
            plain.flush()
            os.fsync(plain.fileno())
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InvalidBackup(f"{file.name} is damaged or cut short ({error})") from error


def inspect(path: Path) -> Facts:
    """Check a database that nobody else uses; return what it holds."""
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
        ) as held:
            finding = held.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if finding != "ok":
                raise InvalidBackup(f"the database in it is damaged ({finding})")
            check_stop()
            found = facts.of_sqlite(_asking(held))
    except sqlite3.Error as error:
        raise InvalidBackup(f"it holds no database of this server ({error})") from error
    if not found.rows.keys() >= _OURS:
        raise InvalidBackup("it holds no database of this server")
    return found


def _copy(target: Path) -> Facts:
    with _snapshot() as source, closing(sqlite3.connect(target)) as copy:
        copy.execute("PRAGMA synchronous=OFF")  # a power cut ends the whole backup
        source.backup(copy, pages=_PAGES, progress=lambda *_: check_stop())
        copy.execute("PRAGMA journal_mode=DELETE")  # one file that opens anywhere
        return facts.of_sqlite(_asking(source))


@contextmanager
def _snapshot() -> Iterator[sqlite3.Connection]:
    """Open the database as it is now; what is written meanwhile does not show."""
    uri = f"{database().absolute().as_uri()}?mode=rw"
    connection = sqlite3.connect(uri, timeout=_TIMEOUT_S, isolation_level=None, uri=True)
    with closing(connection) as source:
        source.execute("BEGIN")
        source.execute("SELECT 1 FROM sqlite_master").fetchone()
        yield source


def _asking(held: sqlite3.Connection) -> facts.Ask:
    return lambda sql: held.execute(sql).fetchall()


def _pump(read: Callable[[int], bytes], write: Callable[[Any], int]) -> None:
    while chunk := read(_CHUNK):
        write(chunk)
        check_stop()
