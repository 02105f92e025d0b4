"""kill -9 and SIGTERM under load: what was acknowledged is there, whole and once.

`benchmarks/kills.py` is the same for longer.
"""

from __future__ import annotations

import os
import random
import signal

import pytest

from tests.conftest import StartServer
from tests.reliability.audit import audit
from tests.reliability.boards import Board, posting, register, total
from tests.reliability.kills import KILLS
from tests.serving import Server

_BOARDS = 12


def _assert_nothing_wrong(server: Server, boards: list[Board]) -> None:
    findings = audit(server.data_dir / "db.sqlite3", boards)
    assert findings.is_clean, findings
    assert "agree with their readings" in server.manage("rebuild_summaries", "--check")


@pytest.mark.parametrize("victim", KILLS)
def test_no_acknowledged_reading_is_lost_or_doubled_by_kill_9(
    start_server: StartServer, victim: str
) -> None:
    server = start_server()
    boards = register(server, _BOARDS)
    with posting(server.port, boards) as load:
        load.await_acknowledged(random.randint(50, 400))
        KILLS[victim](server)
        load.await_acknowledged(100)
    _assert_nothing_wrong(server, boards)


@pytest.mark.parametrize("is_systemd", [False, True], ids=["the supervisor", "all processes"])
def test_sigterm_under_load_cuts_no_reply_and_loses_nothing(
    start_server: StartServer, is_systemd: bool
) -> None:
    server = start_server()
    boards = register(server, _BOARDS)
    with posting(server.port, boards) as load:
        load.await_acknowledged(random.randint(50, 400))
        family = server.family()
        for pid in family.all() if is_systemd else [family.supervisor]:
            os.kill(pid, signal.SIGTERM)
        server.await_end()
        server.start()
        load.await_acknowledged(100)
    assert total(boards)["cut"] == 0
    assert total(boards)["refused"] == 0
    _assert_nothing_wrong(server, boards)
