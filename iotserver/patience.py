"""A connection that does not wait for ever.

The worker of gunicorn 27 closes what is idle between two requests (`keepalive`).
It waits for ever for a first request, for the rest of a header or a body that
trickles in, and for a client that does not read: each holds a connection.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

from gunicorn.asgi.protocol import ASGIProtocol

HEADER_S = 10.0  # from the connection to the end of the first header
_BODY_S = 10.0  # each such time has to bring
_BODY_BYTES = 1_000  # so much of the body, unless it ends
_UNREAD_S = 60.0  # a reply that nobody takes


class BoundedProtocol(ASGIProtocol):  # type: ignore[misc]
    """One connection. At most one timer runs for it, beside gunicorn's own for keep-alive."""

    _patience: asyncio.TimerHandle | None = None
    _body_bytes = 0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if self._patience is None:
            self._give(HEADER_S, self._hang_up)

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
