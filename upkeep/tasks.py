"""What the watcher does beside its rounds. A new task is a line here."""

from __future__ import annotations

from upkeep.schedule import Task

TASKS: tuple[Task, ...] = ()
