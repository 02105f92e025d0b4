"""kill -9 and SIGTERM under load, again and again; each acknowledged reading is looked up.

    .venv/bin/python -m benchmarks.kills [--trials 30] [--stops 20] [--boards 24]

A trial kills one worker, the master and every process, in random order, each after a random
number of acknowledged readings, while all boards go on posting. Then the database is
compared with what the boards were told, all trials so far included. The short form of it
is `tests/reliability/test_kills.py`.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.reliability.audit import audit
from tests.reliability.boards import Board, posting, register, total
from tests.reliability.kills import KILLS
from tests.serving import Server, running_server

_VICTIMS = ("a worker", "the master", "everything")
_COLUMNS = ("acknowledged", "lost", "doubled", "foreign", "stale", "cut", "unanswered", "refused")


def main() -> None:
    options = _options()
    random.seed(options.seed)
    print(f"seed {options.seed}")
    for title, count, trial in (("trial", options.trials, _kill), ("stop", options.stops, _stop)):
        with tempfile.TemporaryDirectory() as folder, running_server(Path(folder)) as server:
            boards = register(server, options.boards)
            print(f"\n{title:>12}" + "".join(f"{name:>13}" for name in _COLUMNS) + "  damage")
            for number in range(1, count + 1):
                began = time.monotonic()
                trial(server, boards)
                _report(f"{number}", server, boards, time.monotonic() - began)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=30)
    parser.add_argument("--stops", type=int, default=20)
    parser.add_argument("--boards", type=int, default=24)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    return parser.parse_args()


def _kill(server: Server, boards: Sequence[Board]) -> None:
    """Kill three times while the boards post."""
    with posting(server.port, boards) as load:
        for victim in random.sample(_VICTIMS, len(_VICTIMS)):
            load.await_acknowledged(random.randint(800, 1_800))
            KILLS[victim](server)
        load.await_acknowledged(100)


def _stop(server: Server, boards: Sequence[Board]) -> None:
    """Send SIGTERM to the supervisor alone or, as systemd does, to every process."""
    with posting(server.port, boards) as load:
        load.await_acknowledged(random.randint(800, 1_800))
        family = server.family()
        for pid in random.choice([family.all(), [family.supervisor]]):
            os.kill(pid, signal.SIGTERM)
        server.await_end()
        server.start()
        load.await_acknowledged(100)


def _report(name: str, server: Server, boards: Sequence[Board], seconds: float) -> None:
    """Print one line of totals since the beginning."""
    findings = audit(server.data_dir / "db.sqlite3", boards)
    outcomes = total(boards)
    numbers = {**vars(findings), **{n: outcomes[n] for n in ("cut", "unanswered", "refused")}}
    line = "".join(f"{numbers[column]:>13}" for column in _COLUMNS)
    is_agreed = "agree" in server.manage("rebuild_summaries", "--check")
    summaries = "" if is_agreed else ", summaries differ"
    print(f"{name:>12}{line}  {findings.damage}{summaries}  {seconds:.0f} s", flush=True)


if __name__ == "__main__":
    main()
