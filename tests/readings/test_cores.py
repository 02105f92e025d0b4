"""`readings.cores`: where ingest runs, and where pages are made."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Thread

import pytest
from django.http import HttpRequest, HttpResponse

from history.exports import streaming
from iotserver.middleware import CoreMiddleware
from readings import cores

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells and obeys")
needs_two = pytest.mark.skipif(len(cores.given()) < 2, reason="takes two cores")


Machine = Callable[[set[int]], None]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Lets the machine have these cores."""

    def have(numbers: set[int]) -> None:
        monkeypatch.setattr(cores, "given", lambda: numbers)

    return have


@pytest.fixture
def thread(monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadPoolExecutor]:
    """A thread to be kept to a core, so that the tests after this one are not."""
    monkeypatch.setattr(cores, "_given", set())
    with ThreadPoolExecutor(1) as executor:
        yield executor


def test_the_first_worker_takes_the_first_core(machine: Machine) -> None:
    machine({2, 3})
    assert cores.choose([]) == 2


def test_the_next_worker_takes_one_that_is_free(machine: Machine) -> None:
    machine({2, 3})
    assert cores.choose([2]) == 3


def test_a_worker_in_another_s_place_takes_the_core_that_one_had(machine: Machine) -> None:
    machine({0, 1, 2})
    assert cores.choose([0, 2]) == 1


def test_more_workers_than_cores_share_them_evenly(machine: Machine) -> None:
    machine({0, 1})
    assert cores.choose([0, 1, 0]) == 1


@pytest.mark.parametrize("numbers", [{0}, {5}, set()])
def test_where_there_is_no_choice_the_kernel_has_it(machine: Machine, numbers: set[int]) -> None:
    machine(numbers)
    assert cores.choose([]) is None


def test_a_worker_without_a_core_of_its_own_takes_none_from_others(machine: Machine) -> None:
    machine({0, 1})
    assert cores.choose([None, None]) == 0


@linux_only
@needs_two
def test_a_thread_keeps_to_its_core(thread: ThreadPoolExecutor) -> None:
    core = max(cores.given())
    thread.submit(cores.keep_to, core).result()
    assert thread.submit(cores.given).result() == {core}


@linux_only
@needs_two
def test_so_do_the_threads_that_it_starts(thread: ThreadPoolExecutor) -> None:
    core = max(cores.given())
    thread.submit(cores.keep_to, core).result()
    assert thread.submit(_given_to_a_thread).result() == {core}


@linux_only
def test_no_core_is_any_core(thread: ThreadPoolExecutor) -> None:
    before = cores.given()
    thread.submit(cores.keep_to, None).result()
    assert thread.submit(cores.given).result() == before


@linux_only
@needs_two
def test_who_leaves_may_run_wherever_the_process_may(thread: ThreadPoolExecutor) -> None:
    before = cores.given()
    thread.submit(cores.keep_to, max(before)).result()
    thread.submit(cores.leave).result()
    assert thread.submit(cores.given).result() == before


@linux_only
def test_who_was_kept_to_none_has_none_to_leave(
    thread: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under another server, or on one core, each page would ask the kernel for nothing."""
    asked: list[object] = []
    monkeypatch.setattr(os, "sched_setaffinity", lambda *call: asked.append(call))
    thread.submit(cores.leave).result()
    assert asked == []


@linux_only
@needs_two
def test_a_sandbox_that_forbids_it_stops_nothing(
    thread: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbid(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "sched_setaffinity", forbid)
    thread.submit(cores.keep_to, max(cores.given())).result()
    thread.submit(cores.leave).result()


@linux_only
@needs_two
def test_pages_are_made_on_any_core(thread: ThreadPoolExecutor) -> None:
    before = cores.given()
    seen: list[set[int]] = []

    def view(_: HttpRequest) -> HttpResponse:
        seen.append(cores.given())
        return HttpResponse()

    thread.submit(cores.keep_to, max(before)).result()
    thread.submit(CoreMiddleware(view), HttpRequest()).result()
    assert seen == [before]


@linux_only
@needs_two
@pytest.mark.django_db
def test_exports_are_made_on_any_core(thread: ThreadPoolExecutor) -> None:
    before = cores.given()
    thread.submit(cores.keep_to, max(before)).result()
    assert thread.submit(asyncio.run, _first_part()).result() == repr(before).encode()


def _given_to_a_thread() -> set[int]:
    found: list[set[int]] = []
    started = Thread(target=lambda: found.append(cores.given()))
    started.start()
    started.join()
    return found[0]


async def _first_part() -> bytes:
    """Return what an export's generator sees, begun in an event loop that keeps to a core."""
    parts = streaming._from_thread(repr(cores.given()).encode() for _ in range(1))
    return b"".join([part async for part in parts])
