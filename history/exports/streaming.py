"""Sends what a generator makes, as it is made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import cast

from django.core.handlers.asgi import ASGIRequest
from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from readings import cores

_CACHE_KB = 1_000


def file_response(
    request: HttpRequest, parts: Iterator[bytes], filename: str, content_type: str
) -> HttpResponse:
    """Answer with a file to keep. Of a client that hangs up no more is read for."""
    # Under ASGI Django would collect the whole of a plain iterator before the first byte.
    content = _from_thread(parts) if isinstance(request, ASGIRequest) else parts
    response = StreamingHttpResponse(
        content,
        content_type=content_type,
        headers={
            "Content-Disposition": f'attachment; filename="{filename}"',
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )
    return cast(HttpResponse, response)  # of the same kind to whoever passes it on


async def _from_thread(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Make each part in one thread, with one connection, once the one before is sent."""
    thread = ThreadPoolExecutor(1, thread_name_prefix="export")
    loop = asyncio.get_running_loop()
    try:
        await loop.run_in_executor(thread, _begin)
        while part := await loop.run_in_executor(thread, next, parts, b""):
            yield part
    finally:
        thread.submit(_end, parts)
        thread.shutdown(wait=False)


def _begin() -> None:
    cores.leave()
    if connection.vendor == "sqlite":  # what is read once need not stay in memory
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA cache_size=-{_CACHE_KB}")


def _end(parts: Iterator[bytes]) -> None:
    if isinstance(parts, Generator):
        parts.close()
    connection.close()
