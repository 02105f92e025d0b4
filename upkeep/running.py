"""Who works on this data folder: any number of servers' processes, or one restore alone.

Each process of a server holds a shared lock for as long as it lives, however it ends;
of their watchers one at a time holds another by itself.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import CommandError

_RUNNING, _WATCHER = "running.lock", "watcher.lock"

_held: list[int] = []  # open until the process ends


class InUse(CommandError):
    """Somebody else works on the data folder. The message says what to do."""


def hold() -> None:
    """Claim a place beside the other processes of a server, until this one ends."""
    if _held or sys.platform == "win32":
        return  # Windows lets nobody replace a file that is open
    complaint = "A restore is under way. Start again after it."
    _held.append(_lock(_RUNNING, is_shared=True, complaint=complaint))


def hold_as_watcher() -> None:
    """Claim the place of the only watcher, until this process ends; raise `InUse` where one is."""
    if sys.platform == "win32":
        return
    complaint = "Another watcher works on this data folder. This one begins when that one ends."
    _held.append(_lock(_WATCHER, is_shared=False, complaint=complaint))


@contextmanager
def alone() -> Iterator[None]:
    """Keep servers from starting; raise `InUse` when one runs."""
    if sys.platform == "win32":
        yield
        return
    descriptor = _lock(
        _RUNNING,
        is_shared=False,
        complaint="The server is running. Stop it first: Ctrl-C, or systemctl stop iotserver.",
    )
    try:
        yield
    finally:
        os.close(descriptor)


def _lock(name: str, *, is_shared: bool, complaint: str) -> int:
    import fcntl

    path = Path(settings.DATA_DIR) / name
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise InUse(complaint) from error
    return descriptor
