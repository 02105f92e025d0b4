"""Days of a busy house: a steady stream of readings, and whether memory stays where it was.

    .venv/bin/python -m benchmarks.soak [--minutes 10] [--rate 100]

The real server gets `rate` path GETs a second, each on a connection of its own as from a
board, at the second it is due whether or not the ones before are answered. Latencies count
from then on. Resident memory (VmRSS) of every process is read every ten seconds; what a
process grew by is told from the end of the first tenth on, when caches are filled.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.reliability.boards import Board, register
from tests.serving import Server, running_server

_STATIONS = 100
_SAMPLE_S = 10


def main() -> None:
    options = _options()
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder), LOG_LEVEL="WARNING") as server,
    ):
        boards = register(server, _STATIONS)
        for board in boards:
            board.manner = "connects anew"  # and sends nothing twice: each OK is a row
        result = Result()
        samples = asyncio.run(_soak(server, boards, options, result))
        _report(result, server.count_readings())
        for (name, pid), sizes in samples.items():
            _report_memory(f"{name} {pid}", sizes)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--rate", type=float, default=100)
    return parser.parse_args()


Samples = dict[tuple[str, int], list[int]]  # kB, by name and process


@dataclass
class Result:
    """What the boards saw. Latencies are in milliseconds."""

    stored: int = 0
    errors: int = 0
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[int((len(ordered) - 1) * share)]


async def _soak(
    server: Server, boards: list[Board], options: argparse.Namespace, result: Result
) -> Samples:
    samples: Samples = {}
    sampling = asyncio.create_task(_sample(server, samples))
    started = time.perf_counter()
    async with asyncio.TaskGroup() as requests:
        for number in range(int(options.minutes * 60 * options.rate)):
            due = started + number / options.rate
            await asyncio.sleep(max(0, due - time.perf_counter()))
            requests.create_task(_post(server.port, boards[number % _STATIONS], due, result))
    result.seconds = time.perf_counter() - started
    sampling.cancel()
    return samples


async def _sample(server: Server, samples: Samples) -> None:
    family = server.family()
    named = [("master", family.master), ("watcher", family.watcher)]
    named += [("worker", pid) for pid in family.workers]
    while True:
        for one in named:
            samples.setdefault(one, []).append(_resident_kb(one[1]))
        await asyncio.sleep(_SAMPLE_S)


def _resident_kb(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0  # it has ended: shows in the report as a loss of everything


async def _post(port: int, board: Board, due: float, result: Result) -> None:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(board.request())
        reply = await reader.readuntil(b"OK")
        writer.close()
    except (OSError, EOFError):
        result.errors += 1
        return
    if b" 200 " in reply[:16]:
        board.note("acknowledged")
        result.stored += 1
        result.latencies.append((time.perf_counter() - due) * 1_000)
    else:
        result.errors += 1


def _report(result: Result, held: int) -> None:
    print(
        f"{result.stored} acknowledged in {result.seconds:.0f} s, {held} in the database,"
        f" {result.errors} errors;"
        f" p50 {result.percentile(0.5):.1f} ms, p99 {result.percentile(0.99):.1f} ms,"
        f" slowest {max(result.latencies):.0f} ms"
    )


def _report_memory(name: str, sizes: list[int]) -> None:
    settled = sizes[len(sizes) // 10 :]
    half = settled[len(settled) // 2 :]
    print(
        f"{name:14} first {sizes[0] / 1e3:6.1f} MB, settled {settled[0] / 1e3:6.1f} MB,"
        f" last {sizes[-1] / 1e3:6.1f} MB, grew {(sizes[-1] - settled[0]) / 1e3:+.2f} MB,"
        f" in the second half {(half[-1] - half[0]) / 1e3:+.2f} MB"
    )


if __name__ == "__main__":
    main()
