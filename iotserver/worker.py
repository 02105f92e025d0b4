"""gunicorn's asynchronous worker, with this server's own way to treat a connection."""

from __future__ import annotations

from socket import socket
from typing import Any

from gunicorn.workers import gasgi

from iotserver.express_lane import ExpressLane


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
        await super()._shutdown()
