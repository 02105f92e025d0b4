"""The ingest front: device URLs answered ahead of Django's handler and middleware."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import unquote

from django.conf import settings

from readings import batch_requests, device_requests
from readings.device_replies import DeviceReply
from readings.device_wire import DeviceRequest
from readings.dialects import json_batch
from readings.dialects import path as path_dialect
from readings.group_commit import GroupCommit
from readings.measurements import Submission
from readings.outcomes import Outcome, Refused
from stations.peers import client_address

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
ASGIApplication = Callable[[Scope, Receive, Send], Awaitable[None]]


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
            if path in json_batch.PATHS:
                await _send(send, await self._answer_batch(_device_request(scope, path), receive))
                return
        await self._application(scope, receive, send)

    def take(self, request: DeviceRequest, tell: Callable[[DeviceReply], None]) -> bool:
        """Answer a device URL that the server has read by itself; False for any other.

        `tell` is called in the event loop with the reply, perhaps at once.
        """
        if not path_dialect.is_ours(request.path):
            return False

        def answer(outcome: Outcome) -> None:
            tell(device_requests.answer(request, outcome))

        submission = device_requests.read(request)
        if isinstance(submission, Refused):
            answer(submission)
        else:
            self._commits.take(submission, answer)
        return True

    async def _answer(self, request: DeviceRequest) -> DeviceReply:
        outcome = await self._settle(device_requests.read(request))
        return device_requests.answer(request, outcome)

    async def _answer_batch(self, request: DeviceRequest, receive: Receive) -> DeviceReply:
        refused = batch_requests.refuse_unread(request)
        if refused:
            return batch_requests.answer(request, refused)
        body = await _body(receive, json_batch.LARGEST_BODY)
        outcome = await self._settle(batch_requests.read(request, body))
        return batch_requests.answer(request, outcome)

    async def _settle(self, submission: Submission | Refused) -> Outcome:
        if isinstance(submission, Refused):
            return submission
        return await self._commits.submit(submission)


async def _body(receive: Receive, most: int) -> bytes:
    """Return a request's body; of one that is longer than `most` a little more than that."""
    body = bytearray()
    while len(body) <= most:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""  # what came may end anywhere
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    return bytes(body)


def _in_origin_form(scope: Scope) -> Scope:
    """Take `http://HOST` off a target, as proxies' clients send it (RFC 9112, 3.2.2)."""
    raw_path = scope["raw_path"]
    if raw_path.startswith(b"/") or not raw_path.lower().startswith((b"http://", b"https://")):
        return scope
    raw_path = raw_path.partition(b"://")[2].partition(b"/")[2]
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
    start = {"type": "http.response.start", "status": reply.status, "headers": reply.headers}
    await send(start)
    await send({"type": "http.response.body", "body": reply.body})
