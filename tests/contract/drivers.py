"""Two ways to the same device URLs: the ASGI front, and the Django view behind a resolver."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit
from wsgiref.util import setup_testing_defaults

from django.core.handlers.wsgi import WSGIRequest
from django.urls import Resolver404, resolve

from readings.front import DeviceFront

Headers = Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """A reply; header names in lower case, in the order they were sent."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = field(default=())

    def header(self, name: str) -> str | None:
        found = [value for key, value in self.headers if key == name]
        assert len(found) < 2, f"{name} was sent twice"
        return found[0] if found else None


Ask = Callable[..., Answer]


def front_driver(front: DeviceFront) -> Ask:
    """Ask the front as gunicorn does: `raw_path` holds the bytes of the request line."""

    def ask(
        target: str, method: str = "GET", headers: Headers | None = None, body: bytes = b""
    ) -> Answer:
        return asyncio.run(_ask_front(front, _scope(target, method, headers or {}), body))

    return ask


def ask_view(
    target: str, method: str = "GET", headers: Headers | None = None, body: bytes = b""
) -> Answer:
    """Ask the Django view that the device URLs resolve to, without any middleware."""
    request = WSGIRequest(_environ(target, method, headers or {}, body))
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return Answer(404, b"")
    response = match.func(request, *match.args, **match.kwargs)
    pairs = tuple((name.lower(), value) for name, value in response.headers.items())
    return Answer(response.status_code, response.content, pairs)


async def _ask_front(front: DeviceFront, scope: MutableMapping[str, Any], body: bytes) -> Answer:
    sent: list[MutableMapping[str, Any]] = []
    half = len(body) // 2  # in two pieces, as it may well come
    incoming = [
        {"type": "http.request", "body": body[half:], "more_body": False},
        {"type": "http.request", "body": body[:half], "more_body": True},
    ]

    async def receive() -> MutableMapping[str, Any]:
        if incoming:
            return incoming.pop()
        await asyncio.Event().wait()  # the client stays and says no more
        raise AssertionError

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    await front(scope, receive, send)
    pairs = tuple((name.decode(), value.decode()) for name, value in sent[0]["headers"])
    return Answer(sent[0]["status"], b"".join(part["body"] for part in sent[1:]), pairs)


def _scope(target: str, method: str, headers: Headers) -> MutableMapping[str, Any]:
    path, _, query = target.partition("?")
    return {
        "type": "http",
        "http_version": "1.0",
        "method": method,
        "scheme": "http",
        "path": unquote_to_bytes(path).decode(errors="replace"),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }


def _environ(target: str, method: str, headers: Headers, body: bytes) -> dict[str, Any]:
    """Return what gunicorn's WSGI workers make of a request: no scheme, host or fragment."""
    path, _, query = target.partition("?")
    if path.startswith(("http://", "https://")):
        path = urlsplit(path).path
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "REMOTE_ADDR": "127.0.0.1",
    }
    if body:
        environ |= {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
    for name, value in headers.items():
        variable = name.upper().replace("-", "_")
        environ[variable if variable == "CONTENT_TYPE" else f"HTTP_{variable}"] = value
    setup_testing_defaults(environ)
    return environ
