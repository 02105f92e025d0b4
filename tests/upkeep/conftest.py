"""A household of its own for tests that copy, replace or damage its database."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django import DjangoDbBlocker, Settings

from readings import clock


@pytest.fixture(scope="session")
def empty_database(
    tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker
) -> Path:
    """A migrated database, made once: copying it is quick."""
    if connection.vendor != "sqlite":
        pytest.skip("about SQLite's files")
    path = tmp_path_factory.mktemp("empty") / "db.sqlite3"
    with django_db_blocker.unblock(), _database(path):
        call_command("migrate", verbosity=0)
    return path


@pytest.fixture
def household(
    empty_database: Path,
    tmp_path: Path,
    settings: Settings,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Path]:
    """A DATA_DIR with a SQLite database of its own, which the test may do anything to."""
    settings.DATA_DIR = tmp_path
    settings.BACKUP_DIR = tmp_path / "backups"
    clock.forget()
    shutil.copy(empty_database, tmp_path / "db.sqlite3")
    with django_db_blocker.unblock(), _database(tmp_path / "db.sqlite3"):
        yield tmp_path


@contextmanager
def _database(path: Path) -> Iterator[None]:
    """Let Django's connection lead to another file for a while."""
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = str(path)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual
