"""Secrets made on the first run and kept in DATA_DIR, readable by their owner alone."""

from __future__ import annotations

import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from upkeep import secret_file


def read_or_create(path: Path, length: int) -> str:
    """Return the secret in a file; make one of `length` random bytes when there is none.

    An empty file, of a copy that was cut short, raises `ImproperlyConfigured`: only its owner
    knows whether the secret is somewhere else.
    """
    if secret := secret_file.read_or_create(path, lambda: secrets.token_urlsafe(length)):
        return secret
    raise ImproperlyConfigured(
        f"{path} is empty. Put back the one that belongs there, or delete it and start again:"
        " a new one is made."
    )
