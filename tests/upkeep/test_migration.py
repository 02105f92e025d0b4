"""A process that dies in the middle of migrating, and the next that has to come up."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S

_SCRIPT = """
import os, signal, sys
import django
django.setup()
from django.db.migrations.executor import MigrationExecutor
from upkeep.migration import migrate

record = MigrationExecutor.record_migration

def die_or_record(self, migration):
    if f"{migration.app_label}.{migration.name}" == sys.argv[1]:
        os.kill(os.getpid(), signal.SIGKILL)
    record(self, migration)

MigrationExecutor.record_migration = die_or_record
migrate()
from django.db import connection
assert connection.vendor != "sqlite" or connection.cursor().execute(
    "PRAGMA foreign_keys").fetchone() == (1,), "foreign keys are enforced no more"
"""


def _migrate(folder: Path, die_at: str = "") -> int:
    """Migrate a database in a process of its own; return its exit code."""
    env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    own = {"DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "iotserver.settings"}
    command = [sys.executable, "-c", _SCRIPT, die_at]
    return subprocess.run(command, env=env | own, timeout=PATIENCE_S, check=False).returncode


@pytest.mark.parametrize("die_at", ["auth.0001_initial", "stations.0001_initial"])
def test_a_first_start_that_was_killed_after_a_migration_can_be_repeated(
    tmp_path: Path, die_at: str
) -> None:
    assert _migrate(tmp_path, die_at) == -signal.SIGKILL
    assert _migrate(tmp_path) == 0
    assert _migrate(tmp_path) == 0  # and there is nothing left to do


def test_a_new_database_is_whole_and_can_shrink(tmp_path: Path) -> None:
    assert _migrate(tmp_path) == 0
    with closing(sqlite3.connect(tmp_path / "db.sqlite3")) as database:
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA auto_vacuum").fetchone() == (2,)
