"""SIGTERM: who was let in gets a whole answer, and nothing acknowledged is lost."""

from __future__ import annotations

import os
import random
import signal
import socket
from collections.abc import Callable
from contextlib import ExitStack, closing

import pytest

from tests.conftest import StartServer
from tests.patience import PATIENCE_S
from tests.reliability.audit import assert_nothing_wrong
from tests.reliability.boards import Board, posting, register, total
from tests.serving import Server, wait_until


def _stop_the_supervisor(server: Server) -> None:
    os.kill(server.family().supervisor, signal.SIGTERM)


def _stop_every_process(server: Server) -> None:
    """As systemd does."""
    for pid in server.family().all():
        os.kill(pid, signal.SIGTERM)


@pytest.mark.parametrize("stop", [_stop_the_supervisor, _stop_every_process])
def test_sigterm_under_load_cuts_no_reply_and_loses_nothing(
    start_server: StartServer, stop: Callable[[Server], None]
) -> None:
    server = start_server()
    boards = register(server, 12)
    with posting(server.port, boards) as load:
        load.await_acknowledged(random.randint(50, 400))
        stop(server)
        server.await_end()
        server.start()
        load.await_acknowledged(100)
    assert total(boards)["cut"] == 0
    assert total(boards)["refused"] == 0
    assert_nothing_wrong(server, boards)


def test_boards_that_wait_to_be_let_in_when_sigterm_comes_are_answered(
    start_server: StartServer,
) -> None:
    server = start_server()
    boards = register(server, 20)
    server.freeze()
    with ExitStack() as stack:
        waiting = [stack.enter_context(_sent(server, board)) for board in boards]
        _stop_every_process(server)
        server.thaw()
        replies = [_everything_from(connection) for connection in waiting]
    server.await_end()
    assert {reply[-2:] for reply in replies} == {b"OK"}


def test_a_board_in_the_middle_of_its_request_when_sigterm_comes_is_answered(
    start_server: StartServer,
) -> None:
    server = start_server()
    board = register(server, 1)[0]
    with closing(socket.create_connection(("127.0.0.1", server.port), PATIENCE_S)) as connection:
        connection.sendall(board.request())
        assert connection.recv(4_096).endswith(b"OK")  # let in, and kept open
        request = board.request()
        connection.sendall(request[:30])
        _stop_the_supervisor(server)
        wait_until(lambda: _is_closed(server.port), server.log)
        connection.sendall(request[30:])
        reply = _everything_from(connection)
    server.await_end()
    assert reply.endswith(b"OK")
    assert b"connection: close" in reply.lower()


def _sent(server: Server, board: Board) -> socket.socket:
    """Return a connection with a board's request on its way."""
    connection = socket.create_connection(("127.0.0.1", server.port), PATIENCE_S)
    connection.sendall(board.request())
    return connection


def _everything_from(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(4_096), b""))


def _is_closed(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
