"""What a start of the whole server takes, with children that are forks and that begin anew.

    .venv/bin/python -m benchmarks.starts [--rounds 10]

Both sides take shuffled turns on the same data, which a first start has made. Seconds count from
`manage.py serve` until /healthz says 200; processor time is that of supervisor, watcher and
web server together, a little later; memory is the sum of their proportional set sizes (PSS: what
processes share counts once). Linux only.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tests.serving import running_server, stopped_server

_SERVE = """
import os
from multiprocessing import get_context
import django
os.umask(0o077)
django.setup()
from django.core.management import call_command
from iotserver import children
children.CONTEXT = get_context("{how}")
call_command("serve")
"""
_SETTLED_S = 3
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Side:
    how: str
    up_s: list[float] = field(default_factory=list)
    processor_s: list[float] = field(default_factory=list)
    memory_mb: list[float] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    rounds = parser.parse_args().rounds
    sides = [Side("fork"), Side("spawn")]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with running_server(home / "first") as first:
            first.stop()
        for number in range(rounds):
            for side in random.sample(sides, len(sides)):
                _measure(first.data_dir, home / f"{side.how}-{number}", side)
    for side in sides:
        print(
            f"{side.how:6} up after {median(side.up_s):.2f} s,"
            f" {median(side.processor_s):.2f} s of processor time,"
            f" {median(side.memory_mb):.0f} MB"
        )


def _measure(data: Path, folder: Path, side: Side) -> None:
    serve = [sys.executable, "-c", _SERVE.format(how=side.how)]
    with stopped_server(folder, data, serve) as server:
        began = time.monotonic()
        server.start()
        side.up_s.append(time.monotonic() - began)
        time.sleep(_SETTLED_S)
        family = server.family().all()
        side.processor_s.append(sum(map(_processor_s, family)))
        side.memory_mb.append(sum(map(_pss_mb, family)))


def _processor_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _pss_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"/proc/{pid}/smaps_rollup has no Pss")


if __name__ == "__main__":
    main()
