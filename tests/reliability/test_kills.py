"""kill -9 under load: what was acknowledged is there, whole and once.

`benchmarks/kills.py` is the same for longer.
"""

from __future__ import annotations

import os
import random
import signal
import socket
from contextlib import closing

import pytest

from tests.conftest import StartServer
from tests.patience import PATIENCE_S
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


def test_a_board_that_keeps_its_connection_is_sent_away_when_the_master_is_killed(
    start_server: StartServer,
) -> None:
    """Else it would hold on to a worker that nobody looks after any more."""
    server = start_server()
    board = register(server, 1)[0]
    with closing(socket.create_connection(("127.0.0.1", server.port), PATIENCE_S)) as connection:
        os.kill(server.family().master, signal.SIGKILL)
        reply = b""
        while b"connection: close" not in reply.lower():
            connection.sendall(board.request())
            reply = connection.recv(4_096)
            assert reply.endswith(b"OK"), "hung up on without a word"
