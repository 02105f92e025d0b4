"""Remembers how each task of the housekeeping ended, for the status page and `doctor`."""

from __future__ import annotations

import logging

from readings.locks import write_transaction
from readings.times import now_ms
from upkeep.models import TaskResult

logger = logging.getLogger("upkeep")


def record(name: str, *, is_ok: bool, text: str) -> None:
    """Keep a task's result and log it; a failure is what the operator has to see."""
    logger.log(logging.INFO if is_ok else logging.ERROR, "%s: %s", name, text)
    with write_transaction():
        TaskResult.objects.update_or_create(
            name=name, defaults={"ended_at": now_ms(), "is_ok": is_ok, "text": text}
        )


def last_results() -> dict[str, TaskResult]:
    """Return the last result of each task, by its name."""
    return {result.name: result for result in TaskResult.objects.order_by("name")}
