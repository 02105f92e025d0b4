"""A damaged database takes no readings: what it acknowledges it might not give back.

A marker file tells every process. `upkeep.integrity` and the write path set it;
a good check and `manage.py restore` take it away.
"""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from readings.outcomes import CannotStore, Refused

logger = logging.getLogger("readings.damage")

_MARKER = "db.corrupt"
WHAT_TO_DO = (
    "Stop the server and run manage.py restore, which brings back the last good backup"
    " and keeps the damaged file."
)
_REFUSED = Refused(503, "server fault", "the database is damaged")


def marker() -> Path:
    return Path(settings.DATA_DIR) / _MARKER


def check() -> None:
    """Raise `CannotStore` when the database is known to be damaged."""
    if is_marked():
        raise CannotStore(_REFUSED)


def is_marked() -> bool:
    # Asked for with every commit: a `Path` takes four times as long.
    return os.path.exists(f"{settings.DATA_DIR}/{_MARKER}")  # noqa: PTH110


def mark(finding: str) -> None:
    """Let no process store anything more, and say once how to go on."""
    if is_marked():
        return
    logger.critical("The database is damaged (%s). Nothing is stored. %s", finding, WHAT_TO_DO)
    with suppress(OSError):  # a full disk: each process then finds the damage by itself
        marker().write_text(finding)


def clear() -> None:
    """Let readings be stored again: the database is whole, or another one is in its place."""
    if is_marked():
        marker().unlink(missing_ok=True)
        logger.warning("The database is whole again; readings are stored.")
