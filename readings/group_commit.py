"""Group commit: requests that arrive together, or while a commit runs, share one.

So the cost of making readings durable is paid once for all of them. An outcome
is handed out only after its commit.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

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


class GroupCommit:
    """Collects submissions and settles them batch by batch in one thread of its own.

    A thread, since a slow disk or another program's lock may hold a commit up: the
    event loop goes on answering pages meanwhile.
    """

    def __init__(self) -> None:
        self._cache = StationCache()
        self._waiting: list[tuple[Submission, Tell]] = []
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="group-commit")
        self._draining: asyncio.Task[None] | None = None

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

        `tell` is called in the event loop, at once when the queue is full. It must not raise.
        """
        waiting = self._waiting
        if len(waiting) >= _LONGEST_QUEUE:
            tell(device_requests.BUSY)
            return
        waiting.append((submission, tell))
        counters.wait(len(waiting))
        if self._draining is None or self._draining.done():
            self._draining = asyncio.get_running_loop().create_task(self._drain())

    async def _drain(self) -> None:
        while self._waiting:
            await self._gather()
            batch = self._take()
            outcomes = await self._settle([submission for submission, _ in batch])
            for (_, tell), outcome in zip(batch, outcomes, strict=True):
                tell(outcome)

    async def _gather(self) -> None:
        """Let in who stands at the door: go on once the event loop has nothing else to do."""
        quiet, count = 0, len(self._waiting)
        while quiet < _QUIET_TURNS and count < _MOST_SUBMISSIONS:
            await asyncio.sleep(0)
            quiet = quiet + 1 if len(self._waiting) == count else 0
            count = len(self._waiting)

    def _take(self) -> list[tuple[Submission, Tell]]:
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

    async def _settle(self, submissions: list[Submission]) -> list[Outcome]:
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._thread, device_requests.settle_or_busy, self._cache, submissions
            )
        except Exception:  # nobody may be left waiting, whatever it was
            count = len(submissions)
            logger.exception("%d readings could not be settled; boards will resend", count)
            return [device_requests.BUSY] * count
