"""Gives room that deleted readings left in the database's file back to the disk.

New readings fill free pages, so a database that prunes every night stays as large as it
is. Only when much is free, after a station was removed or fewer months are kept, are
pages given back: in small steps, where VACUUM would hold the lock for minutes and take
the whole file's room a second time.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, suppress

from django.db import connection

from readings.locks import write_transaction
from upkeep import sqlite_dump
from upkeep.schedule import check_stop

_INCREMENTAL = 2
_FREE_SHARE = 4  # a quarter of the file may stay free, and is soon filled
_FREE_PAGES = 1_000
_HELD_S = 0.01
_WAIT_S = 1


def let_the_file_shrink() -> None:
    """Have SQLite keep the books for that: on a new database at once, on an old one once."""
    if connection.vendor == "sqlite" and ask("auto_vacuum") != _INCREMENTAL:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA auto_vacuum=INCREMENTAL")
            cursor.execute("VACUUM")


def give_back() -> str:
    """Shrink the file when much of it is free; return a sentence when it did."""
    if connection.vendor != "sqlite" or ask("auto_vacuum") != _INCREMENTAL:
        return ""
    before = ask("freelist_count")
    if before < max(_FREE_PAGES, ask("page_count") // _FREE_SHARE):
        return ""
    while (free := ask("freelist_count")) > _FREE_PAGES // 2:
        check_stop()
        time.sleep(_free_some(free))
    size = (before - free) * ask("page_size")
    return f" Gave {size / 1e6:,.1f} MB back to the disk."


def _free_some(most: int) -> float:
    """Free pages for a few milliseconds; return for how many seconds boards had to wait."""
    with write_transaction(), connection.cursor() as cursor:
        began = time.perf_counter()
        for _ in range(most):
            # One page each: Python does not step on through the pragma's own number.
            cursor.execute("PRAGMA incremental_vacuum(1)")
            if time.perf_counter() - began > _HELD_S:
                break
    return time.perf_counter() - began


def fold_in_the_log() -> None:
    """Leave the database in one file at a stop: copy into it what its -wal file holds.

    SQLite does that for whoever closes it last. Where another server has it open still, or the
    disk takes nothing, it is left to the next start.
    """
    file = sqlite_dump.database()
    if connection.vendor != "sqlite" or not file.is_file():
        return
    with suppress(sqlite3.Error), closing(sqlite3.connect(file, timeout=_WAIT_S)) as database:
        database.execute("SELECT 1 FROM sqlite_master")  # until then it has not opened the file


def ask(pragma: str) -> int:
    """Return the number that SQLite tells of itself, such as `page_count`."""
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {pragma}")
        return int(cursor.fetchone()[0])
