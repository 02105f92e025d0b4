"""kill -9 under load: what was acknowledged is there, whole and once.

`benchmarks/kills.py` is the same for longer.
"""

from __future__ import annotations

import random

import pytest

from tests.conftest import StartServer
from tests.reliability.audit import assert_nothing_wrong
from tests.reliability.boards import posting, register
from tests.reliability.kills import KILLS

_BOARDS = 12


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
    assert_nothing_wrong(server, boards)
