"""`upkeep.schedule`: when tasks run, and that none can disturb another."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as house
from django.db import DatabaseError
from pytest_django import Settings

from readings.times import DAY_MS, HOUR_MS, MINUTE_MS, now_ms, to_ms
from tests.patience import PATIENCE_S
from upkeep import results, schedule
from upkeep.models import TaskResult
from upkeep.schedule import Scheduler, Stopped, Task, TaskFailed, check_stop

_ZONE = ZoneInfo(house.TIME_ZONE)
_THREE = time(3)


class Clock:
    """The time that the scheduler and the results see; it stands still until moved."""

    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(now_ms() + DAY_MS)  # the database was made a day ago
    monkeypatch.setattr(schedule, "now_ms", clock)
    monkeypatch.setattr(results, "now_ms", clock)
    return clock


def _local(*moment: int) -> int:
    return to_ms(datetime(*moment, tzinfo=_ZONE))  # type: ignore[arg-type, misc]


def _counted(runs: list[str], name: str = "count", every_s: int = 3_600) -> Task:
    def run() -> str:
        runs.append(name)
        return "done"

    return Task(name, every_s, run)


def _failing(error: Exception, name: str = "fail") -> Task:
    def run() -> str:
        raise error

    return Task(name, 86_400, run)


# --- when a task is due ----------------------------------------------------------


def test_a_task_waits_its_interval() -> None:
    assert not Task("x", 60, str).is_due(0, MINUTE_MS - 1)


def test_a_task_is_due_after_its_interval() -> None:
    assert Task("x", 60, str).is_due(0, MINUTE_MS)


@pytest.mark.parametrize(
    ("ended", "now", "is_due"),
    [
        ((2026, 3, 1, 3, 1), (2026, 3, 1, 23, 59), False),
        ((2026, 3, 1, 3, 1), (2026, 3, 2, 2, 59), False),
        ((2026, 3, 1, 3, 1), (2026, 3, 2, 3, 0), True),
        ((2026, 3, 1, 2, 59), (2026, 3, 1, 3, 0), True),
        ((2026, 3, 1, 3, 1), (2026, 3, 2, 19, 0), True),  # it was off at night
        ((2026, 3, 28, 3, 1), (2026, 3, 29, 3, 0), True),  # the night without its hour of two
        ((2026, 10, 24, 3, 1), (2026, 10, 25, 2, 59), False),  # the night with two of them
        ((2026, 10, 24, 3, 1), (2026, 10, 25, 3, 0), True),
    ],
)
def test_a_nightly_task_is_due_once_a_night(
    ended: tuple[int, ...], now: tuple[int, ...], is_due: bool
) -> None:
    task = Task("x", None, str, nightly_at=_THREE)
    assert task.is_due(_local(*ended), _local(*now)) is is_due


def test_where_spring_skips_its_time_a_nightly_task_waits_for_it_and_is_due_once(
    settings: Settings,
) -> None:
    """In Finland clocks go from three to four: half past three was due at each look until 4:30."""
    settings.TIME_ZONE = "Europe/Helsinki"
    task = Task("x", None, str, nightly_at=time(3, 30))
    four = to_ms(datetime.fromisoformat("2027-03-28T04:00+03:00"))
    half_past = four + HOUR_MS // 2
    assert not task.is_due(half_past - DAY_MS, four)
    assert task.is_due(half_past - DAY_MS, half_past)
    assert not task.is_due(half_past + MINUTE_MS, half_past + 2 * MINUTE_MS)


def test_a_task_that_ended_in_the_future_is_due() -> None:
    """After a clock that ran ahead was set right, nothing may wait for years."""
    assert Task("x", 60, str).is_due(400 * DAY_MS, DAY_MS)


# --- running what is due -----------------------------------------------------------


@pytest.mark.django_db
def test_a_task_that_never_ran_waits_its_interval_from_the_installation() -> None:
    runs: list[str] = []
    Scheduler([_counted(runs, every_s=10**9)]).run_due()
    assert runs == []


@pytest.mark.django_db
def test_a_result_is_recorded(clock: Clock) -> None:
    Scheduler([_counted([])]).run_due()
    result = results.last_results()["count"]
    assert (result.is_ok, result.text, result.ended_at) == (True, "done", clock.now)


@pytest.mark.django_db
def test_a_restart_does_not_repeat_a_task(clock: Clock) -> None:
    runs: list[str] = []
    Scheduler([_counted(runs)]).run_due()
    clock.now += HOUR_MS - 1
    Scheduler([_counted(runs)]).run_due()
    assert len(runs) == 1


@pytest.mark.django_db
def test_a_restart_does_not_skip_a_task(clock: Clock) -> None:
    runs: list[str] = []
    Scheduler([_counted(runs)]).run_due()
    clock.now += HOUR_MS
    Scheduler([_counted(runs)]).run_due()
    assert len(runs) == 2


@pytest.mark.django_db
def test_a_failure_does_not_stop_the_next_task(clock: Clock) -> None:
    runs: list[str] = []
    Scheduler([_failing(ValueError("odd")), _counted(runs)]).run_due()
    assert runs == ["count"]


@pytest.mark.django_db
def test_a_failure_is_recorded_with_its_own_sentence(clock: Clock) -> None:
    Scheduler([_failing(TaskFailed("No room. Delete something."))]).run_due()
    result = results.last_results()["fail"]
    assert (result.is_ok, result.text) == (False, "No room. Delete something.")


@pytest.mark.django_db
def test_an_unforeseen_failure_is_recorded_and_logged_with_its_traceback(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    Scheduler([_failing(ValueError("odd"))]).run_due()
    assert results.last_results()["fail"].text == "ValueError: odd. The log tells where."
    assert "Traceback" in caplog.text


@pytest.mark.django_db
def test_a_failed_task_is_tried_again_after_an_hour_and_not_before(clock: Clock) -> None:
    Scheduler([_failing(TaskFailed("no"))]).run_due()
    first = results.last_results()["fail"].ended_at
    clock.now += HOUR_MS - 1
    Scheduler([_failing(TaskFailed("no"))]).run_due()
    assert results.last_results()["fail"].ended_at == first
    clock.now += 1
    Scheduler([_failing(TaskFailed("no"))]).run_due()
    assert results.last_results()["fail"].ended_at == clock.now


@pytest.mark.django_db
def test_a_task_cut_short_is_due_at_the_next_start(clock: Clock) -> None:
    runs: list[str] = []
    Scheduler([_failing(Stopped(), "count")]).run_due()
    assert not TaskResult.objects.exists()
    Scheduler([_counted(runs)]).run_due()
    assert runs == ["count"]


@pytest.mark.django_db
def test_a_result_that_cannot_be_stored_counts_all_the_same(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """On a full disk nothing may run every 30 seconds."""

    def fail(*_: object, **__: object) -> None:
        raise DatabaseError("database or disk is full")

    monkeypatch.setattr(results, "record", fail)
    runs: list[str] = []
    scheduler = Scheduler([_counted(runs)])
    scheduler.run_due()
    clock.now += HOUR_MS - 1
    scheduler.run_due()
    assert runs == ["count"]
    assert "cannot keep its result" in caplog.text
    clock.now += 1
    scheduler.run_due()
    assert len(runs) == 2


# --- the thread ---------------------------------------------------------------------


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "_LOOK_EVERY_S", 0.001)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("clock", "quick")
def test_a_task_runs_beside_the_caller() -> None:
    begun, may_end = threading.Event(), threading.Event()

    def run() -> str:
        begun.set()
        assert may_end.wait(PATIENCE_S)
        return "done"

    with Scheduler([Task("long", 60, run)]):
        assert begun.wait(PATIENCE_S)  # this thread goes on while the task does
        may_end.set()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("clock", "quick")
def test_a_long_task_learns_that_it_has_to_stop() -> None:
    begun = threading.Event()
    ended: list[str] = []

    def run() -> str:
        begun.set()
        try:
            while True:
                check_stop()
        except Stopped:
            ended.append("in order")
            raise

    with Scheduler([Task("long", 60, run)]):
        assert begun.wait(PATIENCE_S)
    assert ended == ["in order"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("quick")
def test_the_thread_outlives_a_database_that_cannot_be_asked(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    answered = threading.Event()
    answers: list[Callable[[], dict[str, TaskResult]]] = [_refuse]

    def last_results() -> dict[str, TaskResult]:
        if answers:
            return answers.pop()()
        answered.set()
        return {}

    monkeypatch.setattr(results, "last_results", last_results)
    with Scheduler([_counted([], every_s=10**9)]):
        assert answered.wait(PATIENCE_S)
    assert [r.levelno for r in caplog.records if "looking again" in r.message] == [logging.ERROR]


def _refuse() -> dict[str, TaskResult]:
    raise DatabaseError("unable to open database file")


def test_without_a_scheduler_nothing_has_to_stop() -> None:
    check_stop()
