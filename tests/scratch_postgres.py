"""A PostgreSQL database of its own for one real server, beside the one the suite runs on."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg


@contextmanager
def scratch_environment() -> Iterator[dict[str, str]]:
    """Yield what puts a server of a test on the engine that the suite runs on.

    On PostgreSQL a new database on the same cluster, dropped at the end; on
    SQLite nothing, for a server has its own file anyhow.
    """
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield {}
        return
    name = f"scratch_{secrets.token_hex(6)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        try:
            yield {"DATABASE_URL": urlsplit(url)._replace(path=f"/{name}").geturl()}
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
