"""gunicorn's asynchronous worker, with this server's own way to treat a connection."""

from __future__ import annotations

import asyncio
import select
from socket import socket
from typing import Any

from gunicorn.workers import gasgi

from iotserver.express_lane import ExpressLane

_LET_IN_WITHIN_S = 1.0  # else who keeps knocking would keep the door open
_TURNS_TO_BEGIN = 2  # of asyncio's own loop from accepting a connection to counting it


class BoundedASGIWorker(gasgi.ASGIWorker):  # type: ignore[misc]
    def init_process(self) -> None:
        gasgi.ASGIProtocol = ExpressLane  # what `_serve` makes for each connection
        super().init_process()

    def run(self) -> None:
        """Accept one connection a turn: else who wakes first takes all, and the rest idle."""
        create_server = self.loop.create_server

        async def one_a_turn(*arguments: Any, sock: socket, **options: Any) -> Any:
            server = await create_server(*arguments, sock=sock, backlog=1, **options)
            sock.listen(self.cfg.backlog)  # for the kernel's queue that number was too small
            return server

        self.loop.create_server = one_a_turn
        super().run()

    async def _shutdown(self) -> None:
        """Tell whoever keeps a connection to make a new one, also where the master was killed.

        There gunicorn leaves `alive` as it is: boards kept posting until they were hung up on.
        """
        self.alive = False
        await self._let_in_who_waits()
        await super()._shutdown()

    async def _let_in_who_waits(self) -> None:
        """Take what is in the kernel's queue, which resets it when the listener is closed.

        gunicorn closes as soon as it looks at `alive`, which may be at once after the signal.
        """
        until = self.loop.time() + _LET_IN_WITHIN_S
        while select.select(self.sockets, [], [], 0)[0] and self.loop.time() < until:
            await asyncio.sleep(0)
        for _ in range(_TURNS_TO_BEGIN):
            await asyncio.sleep(0)
