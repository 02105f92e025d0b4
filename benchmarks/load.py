"""Load from wrk (Debian's package of that name), which takes little of the processor for itself."""

from __future__ import annotations

import re
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_REPORT = """
function done(summary, latency)
  io.write(string.format("RESULT %d %d %d %d %d\\n", summary.requests, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
"""
_RESULT = re.compile(r"RESULT (\d+) (\d+) (\d+) (\d+) (\d+)")


@dataclass(frozen=True)
class Result:
    """What one run saw. `lost` are connections that broke; latencies are in milliseconds."""

    answered: int
    refused: int
    lost: int
    seconds: float
    p50_ms: float
    p99_ms: float

    @property
    def per_second(self) -> float:
        return (self.answered - self.refused) / self.seconds

    @property
    def acknowledged(self) -> int:
        return self.answered - self.refused


def run(
    port: int, script: str, connections: int, seconds: int, *, keep_alive: bool = True
) -> Result:
    """Send the requests of a Lua script over so many connections for so many seconds."""
    command = ["wrk", "--threads=1", f"--connections={connections}", f"--duration={seconds}s"]
    if not keep_alive:
        command += ["--header", "Connection: close"]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script + _REPORT)
        file.flush()
        command += ["--latency", f"--script={file.name}", f"http://127.0.0.1:{port}"]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = _RESULT.search(printed)
    assert found, printed
    answered, refused, lost, p50, p99 = (int(number) for number in found.groups())
    return Result(answered, refused, lost, _seconds(printed), p50 / 1_000, p99 / 1_000)


def in_turns(
    ports: Mapping[str, int], run_one: Callable[[str, int], Result], rounds: int
) -> dict[str, list[Result]]:
    """Let all sides take turns; the first round, which warms up, does not count."""
    seen: dict[str, list[Result]] = {name: [] for name in ports}
    for number in range(rounds + 1):
        for name, port in ports.items():
            result = run_one(name, port)
            if number:
                seen[name].append(result)
    return seen


def per_second(results: Iterable[Result]) -> float:
    return statistics.median(result.per_second for result in results)


def told(results: Sequence[Result]) -> str:
    """Return the end of a line: how late the last hundredth was, and what went wrong."""
    late = statistics.median(result.p99_ms for result in results)
    refused, lost = (sum(getattr(one, what) for one in results) for what in ("refused", "lost"))
    return f"p99 {late:6.1f} ms   {refused} refused, {lost} broken connections"


def _seconds(printed: str) -> float:
    """Return how long it really took, from wrk's `1234 requests in 3.01s`."""
    found = re.search(r"requests in ([0-9.]+)(ms|s|m)", printed)
    assert found, printed
    return float(found[1]) * {"ms": 0.001, "s": 1, "m": 60}[found[2]]


def script(name: str, **values: object) -> str:
    """Return a script of `benchmarks/lua/`, with its upper-case words replaced."""
    text = (Path(__file__).parent / "lua" / f"{name}.lua").read_text()
    for word, value in values.items():
        text = text.replace(word, str(value))
    return text
