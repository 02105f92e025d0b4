"""The ingest front: device URLs answered ahead of Django, commits shared.

Requests that wait while a commit runs go into the next one together, so that
the cost of making readings durable is paid once for all of them. A reply is
sent only after its commit.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import unquote

from django.conf import settings

from readings import device_requests
from readings.device_requests import DeviceReply, DeviceRequest
from readings.dialects import path as path_dialect
from readings.measurements import Submission
from readings.outcomes import Outcome, Refused
from stations.auth import StationCache
from stations.peers import client_address

logger = logging.getLogger("readings.devices")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
ASGIApplication = Callable[[Scope, Receive, Send], Awaitable[None]]

_LARGEST_BATCH = 256
_LONGEST_QUEUE = 5_000  # beyond, boards are told to come again rather than to wait


class GroupCommit:
    """Collects submissions and settles them batch by batch in one thread of its own."""

    def __init__(self) -> None:
        self._cache = StationCache()
        self._waiting: list[tuple[Submission, asyncio.Future[Outcome]]] = []
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="group-commit")
        self._draining: asyncio.Task[None] | None = None

    async def submit(self, submission: Submission) -> Outcome:
        """Return what became of a submission, once that is on disk."""
        if len(self._waiting) >= _LONGEST_QUEUE:
            return device_requests.BUSY
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((submission, future))
        if self._draining is None or self._draining.done():
            self._draining = asyncio.create_task(self._drain())
        return await future

    async def _drain(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            batch = self._waiting[:_LARGEST_BATCH]
            del self._waiting[:_LARGEST_BATCH]
            submissions = [submission for submission, _ in batch]
            try:
                outcomes = await loop.run_in_executor(
                    self._thread, device_requests.settle_or_busy, self._cache, submissions
                )
            except Exception:  # nobody may be left waiting, whatever it was
                logger.exception("%d readings could not be settled; boards will resend", len(batch))
                outcomes = [device_requests.BUSY] * len(batch)
            for (_, future), outcome in zip(batch, outcomes, strict=True):
                if not future.done():  # the board hung up while it waited
                    future.set_result(outcome)


class DeviceFront:
    """ASGI application that answers device URLs and hands all else on."""

    def __init__(self, application: ASGIApplication) -> None:
        self._application = application
        self._commits = GroupCommit()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close"})  # nobody here speaks it: a 403
            return
        if scope["type"] == "http":
            scope = _in_origin_form(scope)
            path = unquote(scope["raw_path"].partition(b"?")[0].decode("latin-1"))
            if path_dialect.is_ours(path):
                await _send(send, await self._answer(_device_request(scope, path)))
                return
        await self._application(scope, receive, send)

    async def _answer(self, request: DeviceRequest) -> DeviceReply:
        submission = device_requests.read(request)
        if isinstance(submission, Refused):
            return device_requests.answer(request, submission)
        return device_requests.answer(request, await self._commits.submit(submission))


def _in_origin_form(scope: Scope) -> Scope:
    """Take `http://HOST` off a target, as proxies' clients send it (RFC 9112, 3.2.2)."""
    if not scope["raw_path"].lower().startswith((b"http://", b"https://")):
        return scope
    raw_path = scope["raw_path"].partition(b"://")[2].partition(b"/")[2]
    path = scope["path"].partition("://")[2].partition("/")[2]
    return {**scope, "raw_path": b"/" + raw_path, "path": "/" + path}


def _device_request(scope: Scope, path: str) -> DeviceRequest:
    # Of a header that comes twice the last counts: a proxy's own follows what it was sent.
    headers = {n.decode("latin-1"): v.decode("latin-1") for n, v in scope["headers"]}
    peer = scope["client"][0] if scope.get("client") else ""
    forwarded_for = headers.get("x-forwarded-for", "")
    return DeviceRequest(
        method=scope["method"],
        path=path,
        query=scope["query_string"].decode("latin-1"),
        headers=headers,
        address=client_address(peer, forwarded_for, settings.TRUSTED_PROXIES),
    )


async def _send(send: Send, reply: DeviceReply) -> None:
    headers = [(n.lower().encode("latin-1"), v.encode("latin-1")) for n, v in reply.headers]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})
