"""Secrets made on the first run and kept in DATA_DIR, readable by their owner alone."""

from __future__ import annotations

import secrets
from pathlib import Path

from upkeep import secret_file


def read_or_create(path: Path, length: int) -> str:
    """Return the secret in a file; make one of `length` random bytes when there is none."""
    return secret_file.read_or_create(path, lambda: secrets.token_urlsafe(length))
