"""What runs here, in which version."""

from __future__ import annotations

import importlib.metadata
import platform
import sqlite3
import tomllib
from functools import cache

import django
from django.conf import settings
from django.db import connection


def versions() -> dict[str, str]:
    """Return the versions by name, our own first."""
    return {"iotserver": _own(), **_foreign(), **_database()}


@cache
def _own() -> str:
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())
    return str(project["project"]["version"])


@cache
def _foreign() -> dict[str, str]:
    return {
        "Python": platform.python_version(),
        "Django": django.get_version(),
        "gunicorn": importlib.metadata.version("gunicorn"),
    }


def _database() -> dict[str, str]:
    """Return the version of the database that is really used, not the newest there is."""
    is_sqlite = connection.vendor == "sqlite"
    return {connection.display_name: sqlite3.sqlite_version if is_sqlite else _server()}


def _server() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return str(cursor.fetchone()[0])
