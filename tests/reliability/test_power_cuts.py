"""The power fails. What was acknowledged is on the disk, for this server waits for the disk.

The same cut with synchronous=NORMAL loses readings: the test can tell the difference.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reliability.audit import Findings, audit
from tests.reliability.boards import posting, register
from tests.reliability.disk import Disk, missing, power_cut
from tests.serving import running_server

pytestmark = [
    pytest.mark.skipif(bool(missing()), reason=missing()),
    pytest.mark.xdist_group("loop devices"),
]

_NORMAL = "tests.reliability.settings_normal"
_SECRETS = ("secret_key", "admin_password")
_NEW_SECRET = """
import sys
from pathlib import Path
from iotserver.first_run import read_or_create
print(read_or_create(Path(sys.argv[1]), 48))
"""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with Disk(tmp_path) as disk:
        yield disk


def _cut_while_posting(disk: Disk, folder: Path, **env: str) -> Findings:
    """Cut the power a few readings after the start; return what the audit finds."""
    with running_server(folder, DATA_DIR=str(disk.path / "data"), **env) as server:
        boards = register(server, 3)
        disk.settle()
        with posting(server.port, boards) as load:
            load.await_acknowledged(20)
            with power_cut(server, disk) as found:
                load.stop()
                return audit(found / "data" / "db.sqlite3", boards)


def test_a_power_cut_loses_no_acknowledged_reading(disk: Disk, tmp_path: Path) -> None:
    findings = _cut_while_posting(disk, tmp_path / "server")
    assert findings.is_clean, findings
    assert findings.acknowledged >= 20


def test_a_database_that_does_not_wait_for_the_disk_loses_some(disk: Disk, tmp_path: Path) -> None:
    findings = _cut_while_posting(disk, tmp_path / "server", DJANGO_SETTINGS_MODULE=_NORMAL)
    assert findings.lost > 0, findings
    assert findings.damage == "ok"  # a whole database, only of an earlier time


def test_a_new_installation_survives_a_cut_right_after_its_first_reading(
    disk: Disk, tmp_path: Path
) -> None:
    with running_server(tmp_path / "server", DATA_DIR=str(disk.path / "data")) as server:
        boards = register(server, 1)
        secrets = {name: (server.data_dir / name).read_text() for name in _SECRETS}
        with posting(server.port, boards) as load:
            load.await_acknowledged(1)
            with power_cut(server, disk) as found:
                load.stop()
                with running_server(tmp_path / "next", DATA_DIR=str(found / "data")) as next_server:
                    assert {n: (found / "data" / n).read_text() for n in _SECRETS} == secrets
                    assert "Password" not in next_server.log()  # it knows its admin still
                    assert audit(found / "data" / "db.sqlite3", boards).is_clean


def test_a_secret_is_on_the_disk_before_anybody_uses_it(disk: Disk) -> None:
    path = disk.path / "data" / "secret_key"
    command = [sys.executable, "-c", _NEW_SECRET, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    with disk.after_power_cut() as found:
        kept = found / "data" / "secret_key"
        assert kept.exists()
        assert kept.read_text() == done.stdout
