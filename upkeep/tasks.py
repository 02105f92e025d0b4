"""What the watcher does beside its rounds. A new task is a line here."""

from __future__ import annotations

from datetime import time

from upkeep import backup
from upkeep.schedule import Task

TASKS: tuple[Task, ...] = (Task("backup", None, backup.nightly, nightly_at=time(3)),)
