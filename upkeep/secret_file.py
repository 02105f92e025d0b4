"""Secrets in files that their owner alone can read, made when they are first asked for."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def read_or_create(path: Path, make: Callable[[], str]) -> str:
    """Return the secret in a file; have one made when there is none.

    Two processes that start together agree: the file appears whole or not at all,
    and the first to put it there wins.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _create(path, make())
    return path.read_text().strip()


def _create(path: Path, text: str) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())  # a power cut must not leave an empty secret behind
    draft = Path(name)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # the other process was first: its secret holds
    except OSError:
        draft.replace(path)  # no links on this disk (exFAT): the last one wins
    finally:
        draft.unlink(missing_ok=True)
    _sync_directory(path.parent)


def _sync_directory(path: Path) -> None:
    """Have a new file's name on the disk, too, as far as this system can."""
    with suppress(OSError):  # Windows opens no directories, some network disks sync none
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
