"""Backups that prove themselves: what was written is read back, restored and compared.

A file gets its name only after that, so whatever has the name of a backup is one.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import IO
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import DatabaseError, connection

from readings.clock import clock_is_plausible
from readings.times import from_ms, now_ms
from upkeep import postgres_dump, rotation, sqlite_dump
from upkeep.schedule import TaskFailed
from upkeep.sqlite_dump import InvalidBackup

_SCRATCH = ".backup-"
_LEFT_OVER_S = 86_400
_SPARE = 20_000_000  # bytes that stay free for readings


@dataclass(frozen=True, slots=True)
class Backup:
    """A proven backup. `proof` tells in a sentence what was restored from it."""

    path: Path
    size: int
    database_size: int
    seconds: float
    proof: str

    def __str__(self) -> str:
        return (
            f"{self.path}: {_mb(self.database_size)} in {_mb(self.size)}, "
            f"made and checked in {self.seconds:.0f} s; {self.proof}."
        )


def folder() -> Path:
    """Return where backups go by themselves."""
    return Path(settings.BACKUP_DIR)


def engine() -> ModuleType:
    """Return the module that copies this kind of database."""
    return postgres_dump if connection.vendor == "postgresql" else sqlite_dump


def nightly() -> str:
    """Make a backup and let old ones go; return what came of it."""
    made = make(folder())
    return f"{made} {_rotated()}".strip()


def make(target: Path) -> Backup:
    """Make a backup in a folder or as a file; raise `TaskFailed` when it is not proven good."""
    began = time.monotonic()
    path = _path(target)
    size = engine().size()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_room(size, path.parent)
        with _scratch() as scratch:
            proof = _write(path, scratch)
    except (OSError, sqlite3.Error, DatabaseError, InvalidBackup) as error:
        raise TaskFailed(f"No backup: {error}. The earlier ones are untouched.") from error
    return Backup(path, path.stat().st_size, size, time.monotonic() - began, proof)


def newest() -> Path | None:
    """Return the newest backup in the usual folder."""
    if not folder().is_dir():
        return None
    name = rotation.newest(_names())
    return folder() / name if name else None


def _names() -> list[str]:
    return [path.name for path in folder().iterdir()]


def _path(target: Path) -> Path:
    if target.is_dir() or target == folder():
        target /= rotation.name_of(_local_now(), engine().SUFFIX)
    if target.exists():
        raise TaskFailed(f"{target} exists already. Take another name, or delete it.")
    return target


def _write(path: Path, scratch: Path) -> str:
    """Dump, read back, compare; only then does the file get its name."""
    draft = path.with_name(f".{path.name}.part")
    try:
        with _open_private(draft) as file:
            seen = engine().dump(file, scratch)
            _flush(file)
        held, how = engine().restored(draft, scratch)
        if held not in (seen, None):
            raise InvalidBackup(f"it held {held} in place of {seen}")
        draft.replace(path)
        _flush_folder(path.parent)
    finally:
        draft.unlink(missing_ok=True)
    return f"{how}: {seen}"


def _rotated() -> str:
    """Delete what no day, week or month needs; nothing while the clock cannot be right."""
    for draft in _left_over(folder(), ".iotserver-*.part"):
        draft.unlink(missing_ok=True)
    if not clock_is_plausible():
        return "Old backups stay: the clock cannot be right."
    gone = rotation.superfluous(_names(), _local_now().date())
    for name in gone:
        (folder() / name).unlink(missing_ok=True)
    return f"{len(gone)} old ones deleted." if gone else ""


def _check_room(size: int, target: Path) -> None:
    """Refuse before the disk is full: readings need the room more.

    The copy and later its restored twin take the database's size beside the data, the
    compressed file hardly more than a third of it.
    """
    needed = {Path(settings.DATA_DIR): size + _SPARE, target: size // 2 + _SPARE}
    if target.stat().st_dev == Path(settings.DATA_DIR).stat().st_dev:
        needed = {target: size + size // 2 + _SPARE}
    for place, bytes_needed in needed.items():
        free = shutil.disk_usage(place).free
        if free < bytes_needed:
            raise TaskFailed(
                f"No room for a backup: {place} has {_mb(free)} free and"
                f" {_mb(bytes_needed)} are needed. Make room, or set BACKUP_DIR to another disk."
            )


@contextmanager
def _scratch() -> Iterator[Path]:
    """Lend a folder on the data's own disk; clear what a power cut left of an earlier one."""
    home = Path(settings.DATA_DIR)
    for old in _left_over(home, f"{_SCRATCH}*"):
        shutil.rmtree(old, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=_SCRATCH, dir=home) as name:
        yield Path(name)


def _left_over(home: Path, pattern: str) -> Iterator[Path]:
    """Find what a power cut left; what is younger belongs to a backup under way elsewhere."""
    for path in home.glob(pattern):
        with suppress(FileNotFoundError):  # that one has just ended
            if time.time() - path.stat().st_mtime > _LEFT_OVER_S:
                yield path


def _open_private(path: Path) -> IO[bytes]:
    """Create a file that its owner alone may read: a backup holds fingerprints of keys."""
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")


def _flush(file: IO[bytes]) -> None:
    """Bring a file to the disk and out of memory, so that the check reads the disk."""
    file.flush()
    os.fsync(file.fileno())
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _flush_folder(path: Path) -> None:
    with suppress(OSError):  # not every file system takes it
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _local_now() -> datetime:
    return from_ms(now_ms()).astimezone(ZoneInfo(settings.TIME_ZONE))


def _mb(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
