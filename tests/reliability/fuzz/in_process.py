"""gunicorn's own parser and the ingest front in this process: all of the way but the socket."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from gunicorn.asgi.parser import CallbackRequest, ParseError, PythonProtocol
from gunicorn.http.errors import ParseException

from readings.front import DeviceFront, Receive, Scope, Send
from tests.contract.drivers import Answer

_AT_ONCE = 256
_MALFORMED = Answer(400, b"gunicorn's own words")


@dataclass(frozen=True)
class Exchange:
    raw: bytes
    answer: Answer


async def ask_all(front: DeviceFront, requests: Iterable[bytes]) -> list[Exchange]:
    """Send every request, many at once as boards do; return what each was told."""
    found: list[Exchange] = []
    waiting = iter(requests)
    while batch := list(islice(waiting, _AT_ONCE)):
        answers = await asyncio.gather(*(_ask(front, raw) for raw in batch))
        found += map(Exchange, batch, answers)
    return found


async def not_found(scope: Scope, receive: Receive, send: Send) -> None:
    """Stands for Django: what the front hands on is no device's request."""
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b"Not Found"})


async def _ask(front: DeviceFront, raw: bytes) -> Answer:
    try:
        scope = _scope(raw)
    except (ParseError, ParseException):
        return _MALFORMED
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    _, _, body = raw.partition(b"\r\n\r\n")

    async def receive() -> Any:
        return {"type": "http.request", "body": body}

    await front(scope, receive, send)
    if sent[0]["type"] == "websocket.close":
        return Answer(403, b"no websockets")
    pairs = tuple((name.decode(), value.decode()) for name, value in sent[0]["headers"])
    return Answer(sent[0]["status"], sent[1]["body"], pairs)


def _scope(raw: bytes) -> dict[str, Any]:
    """Parse a request as gunicorn's ASGI worker does."""
    parser = PythonProtocol(limit_request_line=4_094)
    parser.feed(raw)
    if parser.method is None or parser.headers is None or not _headers_are_complete(parser):
        raise ParseError("the request ends early")
    request = CallbackRequest.from_parser(parser)
    return {
        "type": "http",
        "http_version": f"{request.version[0]}.{request.version[1]}",
        "method": request.method,
        "scheme": "http",
        "path": request.path,
        "raw_path": request.raw_path,
        "query_string": request.query.encode("latin-1"),
        "root_path": "",
        "headers": request.headers_bytes,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }


def _headers_are_complete(parser: Any) -> bool:
    return parser._state in ("body", "chunked", "complete")
