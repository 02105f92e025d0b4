"""What the watcher does beside its rounds. A new task is a line here."""

from __future__ import annotations

from datetime import time

from upkeep import backup, integrity, retention
from upkeep.schedule import Task

_NIGHT = time(3)

TASKS: tuple[Task, ...] = (
    Task("backup", None, backup.nightly, nightly_at=_NIGHT),
    Task("integrity check", 3_600, integrity.run),
    Task("prune", None, retention.nightly, nightly_at=_NIGHT),
)
