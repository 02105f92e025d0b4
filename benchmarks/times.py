"""Times of one thing done again and again."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any


class Times:
    """In milliseconds: by the clock, and of this thread's processor, which no neighbour adds to."""

    def __init__(self) -> None:
        self._taken: list[float] = []
        self._worked: list[float] = []

    def measure(self, do: Callable[[], Any], tries: int = 1) -> Any:
        """Do it so many times in a row; the least counts, as the least disturbed."""
        taken, worked = [], []
        for _ in range(tries):
            began, began_work = time.perf_counter(), time.thread_time()
            found = do()
            taken.append(time.perf_counter() - began)
            worked.append(time.thread_time() - began_work)
        self._taken.append(min(taken) * 1_000)
        self._worked.append(min(worked) * 1_000)
        return found

    @property
    def median(self) -> float:
        return statistics.median(self._taken)

    @property
    def processor(self) -> float:
        """The median of the work done here, in this thread."""
        return statistics.median(self._worked)

    @property
    def p99(self) -> float:
        return sorted(self._taken)[int(len(self._taken) * 0.99)]

    def __str__(self) -> str:
        return f"median {self.median:.2f} ms, p99 {self.p99:.1f} ms"
