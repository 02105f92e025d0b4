"""Cuts the power of a disk under load, with synchronous=FULL and with NORMAL.

    .venv/bin/python -m benchmarks.power_cuts [--cuts 10] [--boards 24]

Needs root: the disk is an ext4 file system on a loop device (`tests/reliability/disk.py`).
Each cut is a new installation, cut after a random number of acknowledged readings.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from pathlib import Path

from tests.reliability.audit import Findings, audit
from tests.reliability.boards import posting, register
from tests.reliability.disk import Disk, missing, power_cut
from tests.serving import running_server

_SETTINGS = {"FULL": "iotserver.settings", "NORMAL": "tests.reliability.settings_normal"}


def main() -> None:
    if missing():
        raise SystemExit(missing())
    options = _options()
    for name, settings in _SETTINGS.items():
        found = [_cut(settings, options.boards) for _ in range(options.cuts)]
        lost = [one.lost for one in found]
        wrong = sum(one != Findings(one.acknowledged, one.lost) for one in found)
        print(
            f"{name:7} {len(found)} cuts, {sum(one.acknowledged for one in found)} acknowledged, "
            f"{sum(lost)} lost ({sum(1 for count in lost if count)} cuts lost some, "
            f"{max(lost)} at most), {wrong} databases damaged or wrong otherwise",
            flush=True,
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cuts", type=int, default=10)
    parser.add_argument("--boards", type=int, default=24)
    return parser.parse_args()


def _cut(settings: str, count: int) -> Findings:
    with tempfile.TemporaryDirectory() as folder, Disk(Path(folder)) as disk:
        own = {"DATA_DIR": str(disk.path / "data"), "DJANGO_SETTINGS_MODULE": settings}
        with running_server(Path(folder) / "server", **own) as server:
            boards = register(server, count)
            disk.settle()
            with posting(server.port, boards) as load:
                load.await_acknowledged(random.randint(100, 3_000))
                with power_cut(server, disk) as found:
                    load.stop()
                    return audit(found / "data" / "db.sqlite3", boards)


if __name__ == "__main__":
    main()
