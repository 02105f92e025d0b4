"""What the workers have done since the start, in memory that they share. Standard library only.

`counters` is made when this module is first imported. A server that forks its
workers imports it before, so that each sees what all have counted; nothing of it
is ever on the disk. Each worker writes a row of its own and needs no lock.
"""

from __future__ import annotations

import mmap
import time
from collections.abc import Mapping

# Readings that were acknowledged, resends among them.
STORED = "stored"
OTHER = "other"
# Why requests were refused: what `Refused.cause` may be.
CAUSES = (
    "unknown station",
    "wrong key",
    "inactive station",
    "bad value",
    "malformed path",
    "malformed body",
    "GET with a body",
    "body too large",
    "wrong content type",
    "wrong method",
    "prefetch",
    "too fast",
    "server busy",
    "server fault",
    "the database is damaged",
    "the server's clock cannot be right",
    OTHER,
)
_COLUMNS = {name: place for place, name in enumerate(("waiting", "peak", STORED, *CAUSES))}
_ROWS = 64  # a worker that was replaced leaves its row behind; the 64th after it takes it over


class Counters:
    def __init__(self) -> None:
        self.started_at = time.time()  # seconds since 1970
        self._cells = memoryview(mmap.mmap(-1, 8 * _ROWS * len(_COLUMNS))).cast("Q")
        self._row = 0

    def use_row(self, number: int) -> None:
        """Write to a row that no other living worker writes to."""
        self._row = number % _ROWS * len(_COLUMNS)

    def add(self, name: str, count: int = 1) -> None:
        self._cells[self._row + _COLUMNS.get(name, _COLUMNS[OTHER])] += count

    def wait(self, length: int) -> None:
        """Say how many submissions wait in this worker's queue."""
        self._cells[self._row] = length
        if length > self._cells[self._row + 1]:
            self._cells[self._row + 1] = length

    def forget_waiting(self, number: int) -> None:
        """Nobody waits in a worker that has ended."""
        self._cells[number % _ROWS * len(_COLUMNS)] = 0

    def totals(self) -> Mapping[str, int]:
        """Return the sum over all workers by name; of `peak` the longest queue of one worker."""
        sums = {name: sum(self._column(place)) for name, place in _COLUMNS.items()}
        return sums | {"peak": max(self._column(_COLUMNS["peak"]))}

    def _column(self, place: int) -> list[int]:
        return list(self._cells[place :: len(_COLUMNS)])


counters = Counters()
