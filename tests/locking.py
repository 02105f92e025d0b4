"""Asks whether somebody holds the one lock of all writers."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from readings import locks


def is_locked() -> bool:
    """Return True while another process that wanted to write would wait."""
    if connection.vendor == "sqlite":
        return _is_file_locked()
    with ThreadPoolExecutor(1) as elsewhere:  # a session gets a lock again that it has
        return elsewhere.submit(_is_advisory_lock_held).result()


def _is_file_locked() -> bool:
    import fcntl

    descriptor = os.open(f"{connection.settings_dict['NAME']}.lock", os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _is_advisory_lock_held() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT NOT pg_try_advisory_xact_lock(%s)", [locks._ADVISORY_LOCK])
            return bool(cursor.fetchone()[0])
    finally:
        connection.close()
