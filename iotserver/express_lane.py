"""A connection whose plain device requests are answered ahead of gunicorn's HTTP.

For each request gunicorn parses headers one by one, starts tasks and builds an ASGI
scope; that took two thirds of a reading's time. What `readings.express` can read at
one glance needs none of it. With the first request that is anything else, gunicorn
gets the connection and keeps it. `benchmarks.ingest` measures, `tests.contract`
compares both ways byte for byte.
"""

from __future__ import annotations

from typing import Any

from gunicorn.asgi.protocol import _get_cached_date_header

from iotserver.doors import doors
from iotserver.patience import HEADER_S, BoundedProtocol
from readings import express
from readings.device_replies import DeviceReply

_MOST_BEHIND = 65_536  # bytes that a client may send on before it has its reply


class ExpressLane(BoundedProtocol):
    """One connection. `app` is a `readings.front.DeviceFront`."""

    _is_gunicorns = False
    _is_answering = False
    _has_answered = False
    _minor, _hangs_up = 1, True
    _behind = b""
    _until = 0.0  # when it is closed unless something comes, by the loop's clock

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.worker.nr_conns += 1
        doors.enter()
        peer = transport.get_extra_info("peername")
        self._peer = peer[0] if isinstance(peer, tuple) else ""
        self._until = self.worker.loop.time() + HEADER_S
        self._give(HEADER_S, self._look)
        if (
            self._uses_uwsgi
            or self._proxy_protocol != "off"
            or transport.get_extra_info("sslcontext")
        ):
            self._hand_over()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        doors.leave()

    def data_received(self, data: bytes) -> None:
        if self._is_gunicorns:
            super().data_received(data)
        elif self._is_answering:
            self._keep(data)
        elif not self._take(data):
            self._hand_over()
            super().data_received(data)

    def eof_received(self) -> bool | None:
        """Let a client that has said all it wants to say still get its reply."""
        self._hangs_up = True
        return self._is_answering or None

    def resume_writing(self) -> None:
        super().resume_writing()
        if not self._is_gunicorns:
            self._give(HEADER_S, self._look)

    def _take(self, data: bytes) -> bool:
        """Begin to answer a device request; False for what is none or not plain."""
        found = express.read(data, self._peer)
        if found is None:
            return False
        self._minor, self._hangs_up = found.minor, found.hangs_up
        self._is_answering = True  # already, since the reply may come at once
        if self.app.take(found.request, self._answer):
            return True
        self._is_answering = False
        return False

    def _answer(self, reply: DeviceReply) -> None:
        self._is_answering, transport = False, self.transport
        if transport.is_closing():
            return
        hangs_up = self._hangs_up or not self.worker.alive
        before, behind = express.around_date(reply, self._minor, hangs_up)
        transport.write(before + _get_cached_date_header() + behind)
        if hangs_up:
            transport.close()
        else:
            self._go_on()

    def _go_on(self) -> None:
        """Wait for the next request; it may be there already."""
        self._until = self.worker.loop.time() + self._keepalive
        if not self._has_answered:
            self._has_answered = True
            self._give(self._keepalive, self._look)
        if self._behind:
            behind, self._behind = self._behind, b""
            self._resume_reading()
            self.data_received(behind)

    def _keep(self, data: bytes) -> None:
        self._behind += data
        if len(self._behind) > _MOST_BEHIND:
            self._pause_reading()

    def _hand_over(self) -> None:
        """Make it a connection of gunicorn's, as if it had just begun."""
        self._is_gunicorns = True
        if self._has_answered:
            self._rest()  # else the time to the first header goes on
        self.worker.nr_conns -= 1  # gunicorn counts it from here on
        super().connection_made(self.transport)

    def _look(self) -> None:
        """Close what is idle. One timer looks now and then: moving it with each request costs."""
        wait_s = self._until - self.worker.loop.time()
        if self._is_answering:
            self._give(self._keepalive, self._look)
        elif wait_s > 0:
            self._give(wait_s, self._look)
        else:
            self._hang_up()
