"""Group commit: requests that arrive together, or while a commit runs, share one.

So the cost of making readings durable is paid once for all of them. An outcome
is handed out only after its commit.
"""

from __future__ import annotations

import asyncio
import logging
import weakref
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from queue import SimpleQueue
from threading import Thread

from django.db import connection

from readings import device_requests
from readings.counters import counters
from readings.measurements import Submission
from readings.outcomes import Outcome
from stations.auth import StationCache

logger = logging.getLogger("readings.devices")

_MOST_SUBMISSIONS = 256
_MOST_READINGS = 2_000  # the write lock is held for a few milliseconds at most
_LONGEST_QUEUE = 5_000  # beyond, boards are told to come again rather than to wait
_QUIET_TURNS = 3  # of the event loop: from a readable socket to `submit` it takes two

Tell = Callable[[Outcome], None]
Batch = list[tuple[Submission, Tell]]


class GroupCommit:
    """Collects submissions and settles them batch by batch in one thread of its own.

    A thread, since a slow disk or another program's lock may hold a commit up: the
    event loop goes on answering pages meanwhile. A bare one, since an executor's locks
    and futures cost a sixth of all readings a second.
    """

    def __init__(self) -> None:
        self._cache = StationCache()
        self._waiting: list[tuple[Submission, Tell]] = []
        self._is_draining = False
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._end = weakref.finalize(self, self._jobs.put, None)

    def close(self) -> None:
        """End the thread once it has done what it was given; so does nobody needing it any more."""
        self._end()
        if self._thread is not None:
            self._thread.join()

    async def submit(self, submission: Submission) -> Outcome:
        """Return what became of a submission, once that is on disk."""
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()

        def tell(outcome: Outcome) -> None:
            if not future.done():  # the board hung up while it waited
                future.set_result(outcome)

        self.take(submission, tell)
        return await future

    def take(self, submission: Submission, tell: Tell) -> None:
        """Let `tell` know what became of a submission, once that is on disk.

        `tell` is called in the event loop, at once when the queue is full. It should not raise:
        nobody else can answer that board then.
        """
        waiting = self._waiting
        if len(waiting) >= _LONGEST_QUEUE:
            tell(device_requests.BUSY)
            return
        waiting.append((submission, tell))
        counters.wait(len(waiting))
        if not self._is_draining:
            self._is_draining = True
            self._gather(asyncio.get_running_loop(), 0, 0)

    def _gather(self, loop: asyncio.AbstractEventLoop, seen: int, quiet: int) -> None:
        """Let in who stands at the door: commit once the event loop has nothing else to do."""
        count = len(self._waiting)
        quiet = quiet + 1 if count == seen else 0
        if quiet < _QUIET_TURNS and count < _MOST_SUBMISSIONS:
            loop.call_soon(self._gather, loop, count, quiet)
            return
        if self._thread is None:
            self._thread = Thread(target=_work, args=[self._jobs], name="group-commit", daemon=True)
            self._thread.start()
        self._jobs.put(partial(self._commit, loop, self._next()))

    def _next(self) -> Batch:
        """Take the oldest off the queue: one at least, and no more than a commit should hold."""
        count = readings = 0
        for submission, _ in self._waiting[:_MOST_SUBMISSIONS]:
            readings += len(submission.measurements)
            if count and readings > _MOST_READINGS:
                break
            count += 1
        batch = self._waiting[:count]
        del self._waiting[:count]
        counters.wait(len(self._waiting))
        return batch

    def _commit(self, loop: asyncio.AbstractEventLoop, batch: Batch) -> None:
        """Settle a batch, in the thread."""
        outcomes = self._settle([submission for submission, _ in batch])
        with suppress(RuntimeError):  # the loop was closed: nobody waits any more
            loop.call_soon_threadsafe(self._tell, loop, batch, outcomes)

    def _tell(
        self, loop: asyncio.AbstractEventLoop, batch: Batch, outcomes: Iterable[Outcome]
    ) -> None:
        for (_, tell), outcome in zip(batch, outcomes, strict=True):
            try:
                tell(outcome)
            except Exception:  # the others are told, and those to come
                logger.exception("A board could not be answered; it will resend")
        self._is_draining = bool(self._waiting)
        if self._waiting:
            self._gather(loop, 0, 0)

    def _settle(self, submissions: Sequence[Submission]) -> list[Outcome]:
        try:
            return device_requests.settle_or_busy(self._cache, submissions)
        except Exception:  # nobody may be left waiting, whatever it was
            count = len(submissions)
            logger.exception("%d readings could not be settled; boards will resend", count)
            return [device_requests.BUSY] * count


def _work(jobs: SimpleQueue[Callable[[], None] | None]) -> None:
    """Do one job after the other, in the thread."""
    try:
        while job := jobs.get():
            job()
            del job  # it would keep its `GroupCommit` from ending while there is nothing to do
    finally:
        connection.close()
