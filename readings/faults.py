"""What an error of the database means, in words for a board and for a person."""

from __future__ import annotations

import errno
import logging
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from readings import damage
from readings.outcomes import Refused

# SQLite writes whole pages and needs a few of them for the smallest change.
ROOM_NEEDED = 1_000_000


@dataclass(frozen=True, slots=True)
class Fault:
    """`reason` is for boards, at most 20 bytes; `text` tells a person what to do."""

    reason: str
    text: str

    @property
    def refusal(self) -> Refused:
        return Refused(503, self.reason, "server fault")


_FULL = Fault(
    "server disk full", "The disk with the data folder is full. Make room; nothing else is needed."
)
_READ_ONLY = Fault(
    "server read-only",
    "The disk with the data folder cannot be written. Look at the system's log: a worn card"
    " or an unclean stop makes it read-only. Stop the server, mend or replace the disk, start it.",
)
_BUSY = Fault(
    "busy, send again",
    "Another program holds the database's write lock. It goes on once that program is done.",
)
_DAMAGED = Fault("server fault", f"The database is damaged. {damage.WHAT_TO_DO}")
_BROKEN_DISK = Fault(
    "server fault",
    "The disk with the data folder reports errors. Look at the system's log, save the newest"
    " backup elsewhere and replace the disk.",
)
_OF_SQLITE = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_IOERR: _BROKEN_DISK,
    sqlite3.SQLITE_CANTOPEN: _READ_ONLY,
}
_OF_SYSTEM = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _READ_ONLY,
    errno.EIO: _BROKEN_DISK,
}


def free_bytes() -> int:
    """Return how much the server may still write to the data folder's disk."""
    return shutil.disk_usage(settings.DATA_DIR).free


def is_disk_full() -> bool:
    return free_bytes() < ROOM_NEEDED


def notice(error: BaseException) -> Fault | None:
    """Return what an error means, as `explain` does; damage is made known to every process."""
    fault = explain(error)
    if fault is _DAMAGED:
        damage.mark(str(error))
    return fault


def tell(logger: logging.Logger, error: BaseException, what: str, *arguments: object) -> None:
    """Log what could not be done, and what to do about it; the traceback where nobody knows."""
    fault = notice(error)
    if fault is None:
        logger.error(what, *arguments, exc_info=error)
    else:
        logger.error(f"{what}. %s", *arguments, fault.text)


def explain(error: BaseException) -> Fault | None:
    """Return what an error means; None when only its traceback tells."""
    fault = _known(error)
    if fault in (_BROKEN_DISK, _READ_ONLY) and _is_full():
        return _FULL  # SQLite names what it could not enlarge, not why
    return fault


def _known(error: BaseException) -> Fault | None:
    cause = error.__cause__ or error
    if isinstance(cause, sqlite3.Error):
        return _OF_SQLITE.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF)
    if isinstance(cause, OSError):
        return _OF_SYSTEM.get(cause.errno or 0)
    return None


def _is_full() -> bool:
    return Path(settings.DATA_DIR).exists() and is_disk_full()
