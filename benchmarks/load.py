"""Load from wrk (Debian's package of that name), which takes little of the processor for itself."""

from __future__ import annotations

import re
import subprocess
import tempfile
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
