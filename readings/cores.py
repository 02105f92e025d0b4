"""On which core of the processor a worker's ingest runs. Standard library only.

A batch of readings goes from the event loop to the thread that commits it, and back.
Left to itself the kernel puts the two on different cores: one then waits until the
other's core has woken up, and finds nothing in its caches. `benchmarks.ingest` measures.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress

Core = int | None  # None where the kernel is to choose

_given: set[int] = set()  # to this process, before its ingest kept to one of them


def given() -> set[int]:
    """Return the cores that the calling thread may run on; none where nobody can tell."""
    return os.sched_getaffinity(0) if sys.platform == "linux" else set()


def choose(taken: Iterable[Core]) -> Core:
    """Return the core for a new worker, the one that fewest others keep to; None for any."""
    cores = given()
    if len(cores) < 2:
        return None
    workers = Counter(taken)
    return min(cores, key=lambda core: (workers[core], core))


def keep_to(core: Core) -> None:
    """Let the calling thread, and those that it starts, run on one core alone."""
    if core is not None:
        _given.update(given())
        _run_on({core})


def leave() -> None:
    """Let the calling thread run wherever the process may: it has pages to make, not readings."""
    if _given:
        _run_on(_given)


def _run_on(cores: set[int]) -> None:
    if sys.platform == "linux":
        # Some sandboxes forbid it, and the kernel chooses well enough.
        with suppress(OSError):
            os.sched_setaffinity(0, cores)
