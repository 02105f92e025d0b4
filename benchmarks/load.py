"""A load generator: path GETs over raw sockets, as many connections at a time as asked for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

_REQUEST = "GET {path} HTTP/1.{minor}\r\nHost: bench\r\n\r\n"


@dataclass
class Result:
    """What one run saw: acknowledged requests, errors, seconds, and each latency in ms."""

    stored: int = 0
    errors: int = 0
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return self.stored / self.seconds

    def percentile(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def run(
    port: int, paths: Sequence[str], connections: int, seconds: float, keep_alive: bool
) -> Result:
    """Ask for a path plus a changing value for so many seconds; every 200 `OK` counts.

    Each connection has one path of its own: a board speaks for one station.
    """
    return asyncio.run(_run(port, paths, connections, seconds, keep_alive))


async def _run(
    port: int, paths: Sequence[str], connections: int, seconds: float, keep_alive: bool
) -> Result:
    result = Result()
    started = time.perf_counter()
    end = started + seconds
    client = _keep_asking if keep_alive else _ask_anew
    mine = (paths[number % len(paths)] for number in range(connections))
    await asyncio.gather(*(client(port, path, end, result) for path in mine))
    result.seconds = time.perf_counter() - started
    return result


async def _keep_asking(port: int, path: str, end: float, result: Result) -> None:
    """One connection, as long as the server keeps it."""
    reader = writer = None
    while time.perf_counter() < end:
        try:
            if writer is None or writer.is_closing():
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            assert reader is not None
            if not await _exchange(reader, writer, path, 1, result):
                writer.close()
        except (OSError, EOFError):
            result.errors += 1
            writer = None
    if writer is not None:
        writer.close()


async def _ask_anew(port: int, path: str, end: float, result: Result) -> None:
    """A connection for each request, as boards do."""
    while time.perf_counter() < end:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            await _exchange(reader, writer, path, 0, result)
            writer.close()
        except (OSError, EOFError):
            result.errors += 1


async def _exchange(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    path: str,
    minor: int,
    result: Result,
) -> bool:
    """Send one request and count its answer; True while the connection stays open."""
    began = time.perf_counter()
    value = f"{result.stored % 400 / 10:.1f}"
    writer.write(_REQUEST.format(path=path + value, minor=minor).encode())
    head = await reader.readuntil(b"\r\n\r\n")
    body = await reader.readexactly(_length(head))
    if head.startswith(b"HTTP/1.") and b" 200 " in head[:16] and body == b"OK":
        result.stored += 1
        result.latencies.append((time.perf_counter() - began) * 1_000)
    else:
        result.errors += 1
    return b"connection: close" not in head.lower()


def _length(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"content-length:")
    return int(rest.split(b"\r\n", 1)[0])
