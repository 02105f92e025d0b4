"""Which worker takes the next connection: one that holds fewer than others, if it wakes in time.

The kernel lets in whoever asks first, and that is who has just let in another and is awake:
of 16 boards that came together 13 stood at the door of one of two workers, and the other was
idle for most of the time. `benchmarks.ingest` measures.

`doors` is made when this module is first imported: before the workers fork, so that each sees
how many connections all hold. Each writes a row of its own and needs no lock.
"""

from __future__ import annotations

import mmap
import time
from collections import deque

_ROWS = 64  # a worker that has ended leaves its row to the 64th after it
_MORE = 2  # connections than another worker's: with these one gives way
_GIVE_WAY_S = 100e-6  # about what another worker takes to wake up
# So many leave in so short a time where they come and go with each request: those spread by
# themselves, and a pause would cost.
_MANY = 8
_SHORT_S = 0.01


class Doors:
    def __init__(self) -> None:
        # One more than a worker's connections; 0 where there is no worker.
        self._cells = memoryview(mmap.mmap(-1, 4 * _ROWS)).cast("i")
        self._row = 0
        self._left_at = deque([float("-inf")] * _MANY, _MANY)

    def open(self, number: int) -> None:
        """Count in a row that no other living worker counts in."""
        self._row = number % _ROWS
        self._cells[self._row] = 1

    def close(self, number: int) -> None:
        """Nobody stands at the door of a worker that has ended."""
        self._cells[number % _ROWS] = 0

    def enter(self) -> None:
        """Count a connection; let another worker take the next where it holds fewer."""
        self._cells[self._row] += 1
        if time.monotonic() - self._left_at[0] > _SHORT_S and self.has_more():
            # The event loop, too, has to stand still: it would be the first to ask again.
            time.sleep(_GIVE_WAY_S)

    def leave(self) -> None:
        self._cells[self._row] -= 1
        self._left_at.append(time.monotonic())

    def has_more(self) -> bool:
        """True when another worker should take the next connection."""
        return self._cells[self._row] - min(filter(None, self._cells), default=0) >= _MORE


doors = Doors()
