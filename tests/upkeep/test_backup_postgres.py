"""`upkeep.postgres_dump` with the real tools; run with DATABASE_URL on PostgreSQL."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from tests.factories import make_readings
from upkeep import backup, postgres_dump
from upkeep.facts import Facts
from upkeep.schedule import TaskFailed

pytestmark = [
    pytest.mark.skipif(connection.vendor != "postgresql", reason="about PostgreSQL's own tools"),
    pytest.mark.django_db(transaction=True),
]
_READER = "iotserver_test_reader"


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.DATA_DIR = tmp_path
    settings.BACKUP_DIR = tmp_path / "backups"
    make_readings(values=[20 + minute / 100 for minute in range(300)])
    return tmp_path / "backups"


@pytest.fixture
def reader(folder: Path) -> Iterator[None]:
    """The connection of a role that may read everything and create no database."""
    usual = connection.settings_dict["USER"]
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {_READER} LOGIN NOCREATEDB IN ROLE pg_read_all_data")
    connection.close()
    connection.settings_dict["USER"] = _READER
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["USER"] = usual
        with connection.cursor() as cursor:
            cursor.execute(f"DROP ROLE {_READER}")


def _databases() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        return {row[0] for row in cursor.fetchall()}


def test_a_backup_is_restored_on_trial(folder: Path) -> None:
    made = backup.make(folder)
    assert "test-restored: 300 readings, the newest of" in str(made)
    assert made.path.suffix == ".dump"


def test_its_readings_come_back_with_the_usual_tools(folder: Path) -> None:
    made = backup.make(folder)
    with postgres_dump.scratch_database("by_hand") as name:
        postgres_dump.fill(name, made.path)
        assert postgres_dump.held_by(name).rows["readings_reading"] == 300


def test_no_scratch_database_stays(folder: Path) -> None:
    before = _databases()
    backup.make(folder)
    own = {name for name in _databases() if name.startswith(connection.settings_dict["NAME"])}
    assert own <= before


def test_what_a_backup_that_was_killed_left_is_dropped_by_the_next(folder: Path) -> None:
    left = f"{connection.settings_dict['NAME']}_test_restore_1"
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{left}"')
        cursor.execute(f'CREATE DATABASE "{left}"')
    backup.make(folder)
    assert left not in _databases()


def test_the_scratch_database_of_another_backup_under_way_stays(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgres_dump.scratch_database("test_restore") as other:
        monkeypatch.setattr(os, "getpid", lambda: 1)
        backup.make(folder)
        assert other in _databases()


def test_a_database_of_a_similar_name_stays(folder: Path) -> None:
    with postgres_dump.scratch_database("test_restore_of") as other:
        backup.make(folder)
        assert other in _databases()


@pytest.mark.xdist_group("postgres role")
@pytest.mark.usefixtures("reader")
def test_a_role_that_may_not_create_a_database_is_told(folder: Path) -> None:
    made = backup.make(folder)
    assert f"not test-restored (ALTER ROLE {_READER} CREATEDB" in str(made)


def test_a_dump_that_is_cut_short_is_no_backup(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = postgres_dump.dump

    def dump(file: IO[bytes], scratch: Path) -> Facts:
        seen = usual(file, scratch)
        os.truncate(file.fileno(), 20_000)
        return seen

    monkeypatch.setattr(postgres_dump, "dump", dump)
    with pytest.raises(TaskFailed, match="No backup"):
        backup.make(folder)
    assert list(folder.iterdir()) == []


def test_missing_tools_are_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    with pytest.raises(TaskFailed, match="pg_dump is not installed"):
        backup.make(folder)


def test_no_password_shows_on_a_command_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []
    usual = subprocess.run

    def run(command: list[str], **options: object) -> object:
        seen.append(command)
        return usual(command, **options)  # type: ignore[call-overload]

    monkeypatch.setitem(connection.settings_dict, "PASSWORD", "correct horse")
    monkeypatch.setattr(subprocess, "run", run)
    backup.make(folder)
    assert "correct horse" not in str(seen)


def test_restore_names_the_tools_to_use() -> None:
    with pytest.raises(CommandError, match="pg_restore --exit-on-error"):
        call_command("restore")
