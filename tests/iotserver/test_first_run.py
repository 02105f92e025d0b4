"""Secrets made on the first run."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from django.core.exceptions import ImproperlyConfigured

from iotserver.first_run import read_or_create
from tests.conftest import StartServer
from tests.patience import PATIENCE_S

_TOGETHER = 6


@pytest.fixture
def first_data() -> None:
    """A first start begins with nothing here: it is what these tests are about."""
    return None


def test_a_secret_is_for_its_owner_alone(tmp_path: Path) -> None:
    read_or_create(tmp_path / "secret_key", 48)
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_a_secret_is_for_its_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        read_or_create(tmp_path / "secret_key", 48)
    finally:
        os.umask(before)
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_a_secret_stays_the_same(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    assert read_or_create(path, 48) == read_or_create(path, 48)


def test_two_households_have_two_secrets(tmp_path: Path) -> None:
    assert read_or_create(tmp_path / "a", 48) != read_or_create(tmp_path / "b", 48)


def test_a_secret_is_long_enough(tmp_path: Path) -> None:
    assert len(read_or_create(tmp_path / "secret_key", 48)) >= 64


def test_a_secret_of_ones_own_is_kept(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("my own\n")
    assert read_or_create(tmp_path / "secret_key", 48) == "my own"


def test_the_folder_is_made(tmp_path: Path) -> None:
    secret = read_or_create(tmp_path / "new" / "secret_key", 48)
    assert (tmp_path / "new" / "secret_key").read_text().strip() == secret


def test_nothing_else_is_left_in_the_folder(tmp_path: Path) -> None:
    read_or_create(tmp_path / "secret_key", 48)
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_processes_that_start_together_agree(tmp_path: Path) -> None:
    code = (
        "import pathlib, sys; from iotserver.first_run import read_or_create;"
        " sys.stdin.read(); print(read_or_create(pathlib.Path(sys.argv[1]), 48))"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "secret_key")]
    running = [
        subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(_TOGETHER)
    ]
    for process in running:
        assert process.stdin
        process.stdin.close()
        process.stdin = None  # communicate() would flush it
    secrets = {process.communicate(timeout=PATIENCE_S)[0].strip() for process in running}
    assert secrets == {(tmp_path / "secret_key").read_text().strip()}


@pytest.mark.parametrize("left", ["", "\n"])
def test_an_empty_secret_is_no_secret(tmp_path: Path, left: str) -> None:
    """A file that was being copied when the card was pulled: every page would fail, no start."""
    path = tmp_path / "secret_key"
    path.write_text(left)
    with pytest.raises(ImproperlyConfigured, match=r"secret_key is empty\. Put back .* or delete"):
        read_or_create(path, 48)
    assert path.read_text() == left


def test_threads_that_start_together_agree(tmp_path: Path) -> None:
    barrier = Barrier(_TOGETHER)

    def create(attempt: int) -> str:
        barrier.wait(PATIENCE_S)
        return read_or_create(tmp_path / str(attempt), 48)

    with ThreadPoolExecutor(_TOGETHER) as pool:
        for attempt in range(40):
            assert len(set(pool.map(create, [attempt] * _TOGETHER))) == 1


def test_a_disk_that_knows_no_links_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)  # exFAT, as on a USB stick
    path = tmp_path / "secret_key"
    assert read_or_create(path, 48) == path.read_text().strip()
    assert [one.name for one in tmp_path.iterdir()] == ["secret_key"]


def test_after_a_first_run_nobody_else_can_read_anything(start_server: StartServer) -> None:
    """Database, its journal, secrets, locks, backups: under the most careless umask."""
    before = os.umask(0)
    try:
        server = start_server()
        server.manage("backup")
    finally:
        os.umask(before)
    files = [server.data_dir, *server.data_dir.rglob("*")]
    names = {path.name for path in files}
    assert {"db.sqlite3", "db.sqlite3-wal", "secret_key", "admin_password", "backups"} <= names
    shown_to_all = server.data_dir / "static"  # style and script, nothing of the household's
    own = [path for path in files if shown_to_all not in path.parents]
    assert [str(path) for path in own if _is_open_to_others(path)] == []


def _is_open_to_others(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & 0o077)
    except FileNotFoundError:
        return False  # a draft that has taken its file's place meanwhile
