"""gunicorn's worker as this server has it, in this process: what a stop does to who waits."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import uvloop
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.sock import TCPSocket
from gunicorn.workers import gasgi

from iotserver.express_lane import ExpressLane
from iotserver.worker import BoundedASGIWorker
from tests.patience import PATIENCE_S


class SaysOK:
    """An application that leaves every connection to gunicorn."""

    def take(self, *_: object) -> bool:
        return False

    async def __call__(self, scope: dict[str, Any], receive: object, send: Any) -> None:
        assert scope["type"] == "http"  # it has nothing to do at a start
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"OK"})


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def worker(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[BoundedASGIWorker]:
    """A worker that listens, and accepts nobody before it runs."""
    monkeypatch.setattr(gasgi, "ASGIProtocol", ExpressLane)
    config = Config()
    log = Logger(config)
    listener = TCPSocket(("127.0.0.1", 0), config, log)
    worker = BoundedASGIWorker(1, os.getppid(), [listener], None, 60, config, log)
    new_loop: Callable[[], asyncio.AbstractEventLoop] = request.param
    worker.asgi, worker.loop = SaysOK(), new_loop()
    yield worker
    worker.tmp.close()


@pytest.mark.parametrize("count", [1, 20])
def test_who_waits_to_be_let_in_is_answered_though_the_worker_closes_at_once(
    worker: BoundedASGIWorker, count: int
) -> None:
    address = worker.sockets[0].getsockname()
    with ExitStack() as stack:
        waiting = [
            stack.enter_context(socket.create_connection(address, PATIENCE_S)) for _ in range(count)
        ]
        for connection in waiting:
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        worker.alive = False  # it was told to stop just before it looked
        worker.run()
        replies = [_everything_from(connection) for connection in waiting]
    assert {reply[-2:] for reply in replies} == {b"OK"}


def _everything_from(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(4_096), b""))
