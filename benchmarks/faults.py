"""A full disk and a held lock under load: what boards are told, and how soon all is well again.

    sudo .venv/bin/python -m benchmarks.faults [--trials 10]

Each trial fills a small disk under the server while 24 boards post without pause, makes
room again a second after the first refusal, and takes the time until the next `OK`. Then
another program holds the write lock for eight seconds. At the end every acknowledged
reading is looked up.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from tests.reliability.audit import audit
from tests.reliability.boards import Board, Load, posting, register, total
from tests.reliability.disks import Filler, small_disk
from tests.serving import Server, running_server

_BOARDS = 24
_DISK_MB = 120
_HELD_S = 8


def main() -> None:
    options = _options()
    with (
        tempfile.TemporaryDirectory() as folder,
        small_disk(Path(folder) / "disk", _DISK_MB) as disk,
        running_server(Path(folder) / "server", DATA_DIR=str(disk / "data")) as server,
    ):
        boards = register(server, _BOARDS)
        with posting(server.port, boards) as load:
            waits = [_fill(Filler(disk), boards, load) for _ in range(options.trials)]
            refused = total(boards)["refused"]
            held = _hold(server, boards, load)
        _report(waits, refused, held)
        print(audit(server.data_dir / "db.sqlite3", boards))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=10)
    return parser.parse_args()


def _fill(filler: Filler, boards: Sequence[Board], load: Load) -> float:
    """Return the seconds from room on the disk to the next acknowledged reading."""
    load.await_acknowledged(100)
    refused = total(boards)["refused"]
    filler.fill()
    while total(boards)["refused"] == refused:
        time.sleep(0.01)
    time.sleep(1)
    filler.remove()
    began = time.perf_counter()
    load.await_acknowledged(1)
    return time.perf_counter() - began


def _hold(server: Server, boards: Sequence[Board], load: Load) -> tuple[int, float]:
    """Return how many were refused for the lock, and the seconds from its end to the next `OK`."""
    refused = total(boards)["refused"]
    with closing(sqlite3.connect(server.data_dir / "db.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        time.sleep(_HELD_S)
        other.execute("ROLLBACK")
    began = time.perf_counter()
    load.await_acknowledged(1)
    return total(boards)["refused"] - refused, time.perf_counter() - began


def _report(waits: Sequence[float], refused: int, held: tuple[int, float]) -> None:
    print(
        f"disk full {len(waits)} times: {refused} refused; after room was made the next OK came"
        f" within {max(waits):.2f} s (median {statistics.median(waits):.2f} s)"
    )
    print(
        f"write lock held for {_HELD_S} s: {held[0]} refused, the next OK {held[1]:.2f} s"
        " after its end"
    )


if __name__ == "__main__":
    main()
