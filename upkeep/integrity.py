"""Reads the whole database and believes nothing: is every page what it should be?

Only reads, so boards go on posting meanwhile. A PC takes 1 s for 270 MB, a
Raspberry Pi what its card needs. Damage inside a value that leaves the page's
structure whole is not seen: SQLite keeps no checksums.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from django.db import connection

from readings import damage
from upkeep.schedule import Stopped, TaskFailed, check_stop

_FINDINGS = 20
_STEPS = 10_000  # of SQLite's virtual machine, between two looks at the time
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def run() -> str:
    """Check the database whole; the task "integrity check" of the housekeeping."""
    began = time.monotonic()
    if not _is_checkable():
        return "PostgreSQL keeps watch over itself."
    if findings := look():
        raise TaskFailed(f"The database is damaged: {findings[0]}. {damage.WHAT_TO_DO}")
    size, seconds = _file().stat().st_size / 1e6, time.monotonic() - began
    return f"The database is whole; {size:.0f} MB were read in {seconds:.1f} s."


def look(within_s: float = float("inf")) -> list[str] | None:
    """Return what is wrong, at best nothing, and tell every process; None when time ran out."""
    if not _is_checkable():
        damage.clear()
        return []
    # What was found once, or meanwhile, is only taken back by the check that leaves nothing out.
    was_marked = damage.is_marked()
    findings = _findings("integrity_check" if was_marked else "quick_check", within_s)
    if findings:
        damage.mark(findings[0])
    elif findings is not None and was_marked:
        damage.clear()
    return findings


def _findings(pragma: str, within_s: float) -> list[str] | None:
    clock = _Deadline(within_s)
    try:
        # Not mode=ro: after a power cut the first to open it has to recover the -wal file.
        with closing(sqlite3.connect(f"file:{quote(str(_file()))}?mode=rw", uri=True)) as database:
            database.execute("PRAGMA query_only=ON")
            database.set_progress_handler(clock.is_over, _STEPS)
            rows = database.execute(f"PRAGMA {pragma}({_FINDINGS})").fetchall()
    except sqlite3.Error as error:
        if clock.was_stopped:
            raise Stopped from error
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            return None
        if error.sqlite_errorcode & 0xFF in _DAMAGE:
            return [str(error)]
        raise
    return [text for (text,) in rows if text != "ok"]


class _Deadline:
    def __init__(self, within_s: float) -> None:
        self._end = time.monotonic() + within_s
        self.was_stopped = False

    def is_over(self) -> bool:
        """Tell SQLite whether to give up; it must not be interrupted by an exception."""
        try:
            check_stop()
        except Stopped:
            self.was_stopped = True
        return self.was_stopped or time.monotonic() > self._end


def _is_checkable() -> bool:
    return connection.vendor == "sqlite" and _file().exists()


def _file() -> Path:
    return Path(str(connection.settings_dict["NAME"]))
