"""Times of one thing done again and again."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any


class Times:
    """In milliseconds."""

    def __init__(self) -> None:
        self._taken: list[float] = []

    def measure(self, do: Callable[[], Any], tries: int = 1) -> Any:
        """Do it so many times in a row; the least counts, as the least disturbed."""
        least = float("inf")
        for _ in range(tries):
            began = time.perf_counter()
            found = do()
            least = min(least, time.perf_counter() - began)
        self._taken.append(least * 1_000)
        return found

    @property
    def median(self) -> float:
        return statistics.median(self._taken)

    @property
    def p99(self) -> float:
        return sorted(self._taken)[int(len(self._taken) * 0.99)]

    def __str__(self) -> str:
        return f"median {self.median:.2f} ms, p99 {self.p99:.1f} ms"
