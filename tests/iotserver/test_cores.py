"""The real server: its workers' cores."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from readings import cores
from tests.conftest import StartServer
from tests.reliability.boards import posting, register
from tests.reliability.kills import kill_worker
from tests.serving import Server

pytestmark = pytest.mark.skipif(len(cores.given()) < 2, reason="takes two cores and Linux")


def test_each_worker_keeps_to_a_core_of_its_own_with_all_that_ingest_takes(
    start_server: StartServer,
) -> None:
    server = start_server()
    with posting(server.port, register(server, 4)) as load:
        load.await_acknowledged(50)
        threads = [_cores_of_threads(worker) for worker in server.family().workers]
    assert all(len(used) == 1 for used in threads)
    assert not set.intersection(*threads)


def test_a_worker_that_takes_another_s_place_takes_its_core(start_server: StartServer) -> None:
    server = start_server()
    before = _cores(server)
    kill_worker(server)
    assert _cores(server) == before
    assert len(before) == 2


def _cores(server: Server) -> set[int]:
    return set().union(*(os.sched_getaffinity(worker) for worker in server.family().workers))


def _cores_of_threads(worker: int) -> set[int]:
    threads = [int(entry.name) for entry in Path(f"/proc/{worker}/task").iterdir()]
    assert len(threads) > 1, "no thread commits"
    return set().union(*(os.sched_getaffinity(thread) for thread in threads))
