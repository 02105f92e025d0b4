"""gunicorn's asynchronous worker: what this server does otherwise than it.

Mostly a bound to how long a client may dawdle.

The worker of gunicorn 27 closes what is idle between two requests (`keepalive`).
It waits for ever for a first request, for the rest of a header or a body that
trickles in, and for a client that does not read: each holds a connection.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from socket import socket
from typing import Any

from gunicorn.asgi.protocol import ASGIProtocol
from gunicorn.workers import gasgi

_HEADER_S = 10.0  # from the connection to the end of the first header
_BODY_S = 10.0  # each such time has to bring
_BODY_BYTES = 1_000  # so much of the body, unless it ends
_UNREAD_S = 60.0  # a reply that nobody takes


class BoundedProtocol(ASGIProtocol):  # type: ignore[misc]
    """One connection. At most one timer runs for it, beside gunicorn's own for keep-alive."""

    _patience: asyncio.TimerHandle | None = None
    _body_bytes = 0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._give(_HEADER_S, self._hang_up)

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest()
        super().connection_lost(exc)

    def _on_headers_complete(self) -> Any:
        self._body_bytes = 0
        self._give(_BODY_S, self._look_at_body)
        return super()._on_headers_complete()

    def _on_body(self, chunk: bytes) -> None:
        self._body_bytes += len(chunk)
        super()._on_body(chunk)

    def _on_message_complete(self) -> None:
        self._rest()
        super()._on_message_complete()

    def pause_writing(self) -> None:
        self._give(_UNREAD_S, self._hang_up)
        super().pause_writing()

    def resume_writing(self) -> None:
        self._rest()
        super().resume_writing()

    def _send_error_response(
        self, status: int, message: str, extra_headers: tuple[tuple[str, str], ...] = ()
    ) -> None:
        """Answer what is no HTTP. gunicorn's own message may quote the request, key and all."""
        super()._send_error_response(status, HTTPStatus(status).phrase, extra_headers)

    def _look_at_body(self) -> None:
        # What is paused waits for the application, not for the client.
        if self._body_bytes < _BODY_BYTES and not self._reading_paused:
            self._hang_up()
            return
        self._body_bytes = 0
        self._give(_BODY_S, self._look_at_body)

    def _hang_up(self) -> None:
        self.transport.abort()

    def _give(self, seconds: float, then: Any) -> None:
        self._rest()
        self._patience = self.worker.loop.call_later(seconds, then)

    def _rest(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


class BoundedASGIWorker(gasgi.ASGIWorker):  # type: ignore[misc]
    def init_process(self) -> None:
        gasgi.ASGIProtocol = BoundedProtocol  # what `_serve` makes for each connection
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
