"""Group commit: requests that wait while one commit runs share the next."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Callable, Iterator, Sequence

import pytest

from readings import device_requests, group_commit
from readings.counters import counters
from readings.group_commit import GroupCommit
from readings.measurements import Measurement, Submission
from readings.outcomes import Outcome, Refused, Stored
from stations.auth import StationCache
from stations.wire import Credentials
from tests.patience import PATIENCE_S

Settle = Callable[[StationCache, Sequence[Submission]], list[Outcome]]


def _submission(number: int) -> Submission:
    measurement = Measurement(1, float(number), 1)
    return Submission(Credentials("key", "mac"), (measurement,))


def _stored(number: int) -> Stored:
    return Stored(1, "Attic", _submission(number).measurements)


class SlowDisk:
    """Stands in for the database: each commit waits until the test lets it through."""

    def __init__(self) -> None:
        self.batches: list[list[float]] = []
        self.is_committing = threading.Semaphore(0)
        self.may_finish = threading.Semaphore(0)

    def settle(self, cache: StationCache, submissions: Sequence[Submission]) -> list[Outcome]:
        self.batches.append([one.measurements[0].value for one in submissions])
        self.is_committing.release()
        assert self.may_finish.acquire(timeout=PATIENCE_S)
        return [Stored(1, "Attic", one.measurements) for one in submissions]


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> SlowDisk:
    disk = SlowDisk()
    monkeypatch.setattr(device_requests, "settle_or_busy", disk.settle)
    return disk


@pytest.fixture
def commits() -> Iterator[GroupCommit]:
    commits = GroupCommit()
    yield commits
    commits.close()


async def _submit(commits: GroupCommit, numbers: Sequence[int]) -> list[asyncio.Task[Outcome]]:
    """Submit without waiting for outcomes; every submission is queued on return."""
    tasks = [asyncio.create_task(commits.submit(_submission(number))) for number in numbers]
    await asyncio.sleep(0)  # lets each task run up to its wait
    return tasks


async def _commit_running(commits: GroupCommit, disk: SlowDisk) -> list[asyncio.Task[Outcome]]:
    tasks = await _submit(commits, [0])
    await asyncio.to_thread(disk.is_committing.acquire)
    return tasks


def test_submissions_that_wait_share_the_next_commit(commits: GroupCommit, disk: SlowDisk) -> None:
    async def scenario() -> list[Outcome]:
        tasks = await _commit_running(commits, disk)
        tasks += await _submit(commits, range(1, 11))
        disk.may_finish.release(2)
        return await asyncio.gather(*tasks)

    assert asyncio.run(scenario()) == [_stored(number) for number in range(11)]
    assert disk.batches == [[0.0], [float(number) for number in range(1, 11)]]


def test_nobody_is_answered_before_the_commit_is_done(commits: GroupCommit, disk: SlowDisk) -> None:
    async def scenario() -> bool:
        (task,) = await _commit_running(commits, disk)
        was_answered = task.done()
        disk.may_finish.release()
        await task
        return was_answered

    assert asyncio.run(scenario()) is False


def test_the_queue_is_counted_while_a_commit_is_held_up(
    commits: GroupCommit, disk: SlowDisk
) -> None:
    async def scenario() -> int:
        tasks = await _commit_running(commits, disk)
        tasks += await _submit(commits, range(1, 11))
        waiting = counters.totals()["waiting"]
        disk.may_finish.release(2)
        await asyncio.gather(*tasks)
        return waiting

    assert asyncio.run(scenario()) == 10
    assert counters.totals()["waiting"] == 0


@pytest.mark.parametrize("leaver", [0, 1, 3])
def test_a_board_that_hangs_up_disturbs_no_other(
    commits: GroupCommit, disk: SlowDisk, leaver: int
) -> None:
    """Also when it is the one whose request set the commits going."""

    async def scenario() -> list[Outcome | BaseException]:
        tasks = await _commit_running(commits, disk)
        tasks += await _submit(commits, [1, 2, 3])
        tasks[leaver].cancel()
        disk.may_finish.release(2)
        return await asyncio.gather(*tasks, return_exceptions=True)

    outcomes = asyncio.run(asyncio.wait_for(scenario(), timeout=PATIENCE_S))
    assert isinstance(outcomes.pop(leaver), asyncio.CancelledError)
    assert outcomes == [_stored(number) for number in range(4) if number != leaver]


def test_a_batch_has_a_bound(
    commits: GroupCommit, disk: SlowDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "_MOST_SUBMISSIONS", 3)

    async def scenario() -> None:
        tasks = await _commit_running(commits, disk)
        tasks += await _submit(commits, range(1, 6))
        disk.may_finish.release(3)
        await asyncio.gather(*tasks)

    asyncio.run(scenario())
    assert disk.batches == [[0.0], [1.0, 2.0, 3.0], [4.0, 5.0]]


def _large(readings: int) -> Submission:
    measurements = (Measurement(1, float(readings), 1),) * readings
    return Submission(Credentials("key", "mac"), measurements)


def test_a_batch_holds_few_enough_readings_for_a_short_lock(
    commits: GroupCommit, disk: SlowDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "_MOST_READINGS", 5)

    async def scenario() -> None:
        disk.may_finish.release(3)
        await asyncio.gather(*(commits.submit(_large(readings)) for readings in (2, 3, 4)))

    asyncio.run(scenario())
    assert disk.batches == [[2.0, 3.0], [4.0]]


def test_what_is_too_large_for_a_batch_goes_alone(
    commits: GroupCommit, disk: SlowDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "_MOST_READINGS", 5)

    async def scenario() -> None:
        disk.may_finish.release(2)
        await asyncio.gather(*(commits.submit(_large(readings)) for readings in (7, 1)))

    asyncio.run(scenario())
    assert disk.batches == [[7.0], [1.0]]


def test_those_who_arrive_together_share_a_commit(commits: GroupCommit, disk: SlowDisk) -> None:
    async def scenario() -> None:
        disk.may_finish.release(1)
        await asyncio.gather(*(commits.submit(_submission(number)) for number in range(3)))

    asyncio.run(scenario())
    assert disk.batches == [[0.0, 1.0, 2.0]]


def test_beyond_the_queue_boards_are_told_to_come_again(
    commits: GroupCommit, disk: SlowDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "_LONGEST_QUEUE", 2)

    async def scenario() -> list[Outcome]:
        tasks = await _commit_running(commits, disk)
        tasks += await _submit(commits, [1, 2, 3])
        disk.may_finish.release(2)
        return await asyncio.gather(*tasks)

    outcomes = asyncio.run(scenario())
    assert outcomes == [_stored(0), _stored(1), _stored(2), device_requests.BUSY]
    assert isinstance(device_requests.BUSY, Refused)
    assert device_requests.BUSY.status == 503


def test_after_a_pause_commits_go_on(commits: GroupCommit, disk: SlowDisk) -> None:
    async def scenario() -> list[Outcome]:
        disk.may_finish.release(2)
        return [await commits.submit(_submission(number)) for number in (1, 2)]

    assert asyncio.run(scenario()) == [_stored(1), _stored(2)]
    assert disk.batches == [[1.0], [2.0]]


def test_a_commit_that_raises_leaves_no_board_waiting(
    commits: GroupCommit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> list[Outcome]:
        raise RuntimeError("no thread to run on")

    monkeypatch.setattr(device_requests, "settle_or_busy", fail)
    outcome = asyncio.run(asyncio.wait_for(commits.submit(_submission(1)), timeout=PATIENCE_S))
    assert outcome == device_requests.BUSY


def _break(outcome: Outcome) -> None:
    raise RuntimeError("no reply can be made")


def test_a_reply_that_fails_takes_none_of_the_others_along(
    commits: GroupCommit, disk: SlowDisk
) -> None:
    async def scenario() -> list[Outcome]:
        disk.may_finish.release()
        commits.take(_submission(0), _break)
        return await asyncio.gather(*await _submit(commits, [1, 2]))

    outcomes = asyncio.run(asyncio.wait_for(scenario(), timeout=PATIENCE_S))
    assert outcomes == [_stored(1), _stored(2)]
    assert disk.batches == [[0.0, 1.0, 2.0]]


def test_after_a_reply_that_fails_commits_go_on(commits: GroupCommit, disk: SlowDisk) -> None:
    async def scenario() -> Outcome:
        disk.may_finish.release(2)
        commits.take(_submission(0), _break)
        await asyncio.to_thread(disk.is_committing.acquire)
        return await commits.submit(_submission(1))

    assert asyncio.run(asyncio.wait_for(scenario(), timeout=PATIENCE_S)) == _stored(1)


def test_a_reply_that_fails_is_in_the_log(
    commits: GroupCommit, disk: SlowDisk, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        disk.may_finish.release()
        commits.take(_submission(0), _break)
        await commits.submit(_submission(1))

    asyncio.run(asyncio.wait_for(scenario(), timeout=PATIENCE_S))
    (record,) = [one for one in caplog.records if one.name == "readings.devices"]
    assert "could not be answered" in record.getMessage()


def test_what_nobody_needs_any_more_leaves_no_thread(disk: SlowDisk) -> None:
    commits = GroupCommit()
    disk.may_finish.release()
    asyncio.run(commits.submit(_submission(1)))
    (thread,) = [one for one in threading.enumerate() if one is commits._thread]
    del commits
    gc.collect()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
