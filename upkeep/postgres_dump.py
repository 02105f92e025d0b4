"""Backups of a PostgreSQL database: `pg_dump`'s custom format, read back by `pg_restore`.

The restore goes into a database made for the purpose where the role may make one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from django.db import connection, transaction

from upkeep import facts
from upkeep.facts import Facts
from upkeep.schedule import TaskFailed
from upkeep.sqlite_dump import InvalidBackup

SUFFIX = ".dump"

_MAY_CREATE = "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
_UNUSED = """
SELECT datname FROM pg_database
WHERE datname NOT IN (SELECT datname FROM pg_stat_activity WHERE datname IS NOT NULL)"""
_PLAIN = ("--no-owner", "--no-privileges")  # whoever restores it owns it


def size() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def dump(file: IO[bytes], scratch: Path) -> Facts:
    """Write a dump of the database; return what the database held at its very moment."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        run("pg_dump", "--format=custom", *_PLAIN, f"--snapshot={snapshot}", output=file)
        return facts.of_postgres(_asking(cursor))


def restored(file: Path, scratch: Path) -> tuple[Facts | None, str]:
    """Restore a dump into a scratch database; return what that holds, with a word for it.

    Nothing and why, where the role may not create databases: then only the dump's list
    of contents is read.
    """
    run("pg_restore", "--list", str(file))
    with connection.cursor() as cursor:
        cursor.execute(_MAY_CREATE)
        if not cursor.fetchone()[0]:
            role = connection.settings_dict["USER"]
            return None, f"listed but not test-restored (ALTER ROLE {role} CREATEDB would allow it)"
    with scratch_database("test_restore") as name:
        fill(name, file)
        return held_by(name), "test-restored"


@contextmanager
def scratch_database(purpose: str) -> Iterator[str]:
    """Lend an empty database beside ours; clear those that were left when a process was killed."""
    prefix = f"{connection.settings_dict['NAME']}_{purpose}_"
    _drop_left_overs(prefix)
    name = f"{prefix}{os.getpid()}"
    try:
        _administer(f'CREATE DATABASE "{name}" TEMPLATE template0')
        with closing(_connect(name)):  # else another backup would take it for left over
            yield name
    finally:
        _administer(f'DROP DATABASE IF EXISTS "{name}"')


def _drop_left_overs(prefix: str) -> None:
    import psycopg

    with connection.cursor() as cursor:
        cursor.execute(_UNUSED)
        names = [name for (name,) in cursor.fetchall()]
    for name in names:
        if name.startswith(prefix) and name.removeprefix(prefix).isdecimal():
            with suppress(psycopg.Error):  # somebody connected just now, or it is not ours
                _administer(f'DROP DATABASE IF EXISTS "{name}"')


def fill(name: str, file: Path) -> None:
    """Restore a dump into an empty database."""
    run("pg_restore", "--exit-on-error", "--single-transaction", *_PLAIN, "-d", name, str(file))


def held_by(name: str) -> Facts:
    """Return what another database of this server holds."""
    with closing(_connect(name)) as other, other.cursor() as cursor:
        return facts.of_postgres(_asking(cursor))


def run(tool: str, *arguments: str, output: IO[bytes] | int = subprocess.DEVNULL) -> None:
    """Run one of PostgreSQL's tools on our database; its last line is the reason of a failure."""
    done = subprocess.run(
        [_find(tool), *arguments],
        env=os.environ | _environment(),
        stdout=output,
        stderr=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"{tool} ended with {done.returncode}"]
        raise InvalidBackup(lines[-1])


def _find(tool: str) -> str:
    """Return the path of a tool; Debian keeps those of each version in a folder of their own."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda f: float(f.parent.name))
    path = os.pathsep.join([*map(str, reversed(folders)), os.environ.get("PATH", "")])
    found = shutil.which(tool, path=path)
    if found is None:
        raise TaskFailed(
            f"No backup: {tool} is not installed. Install PostgreSQL's client tools"
            " (apt install postgresql-client) of the server's version or newer."
        )
    return found


def _environment() -> dict[str, str]:
    """Return how the tools reach our database; a password on the command line shows in `ps`."""
    ours = connection.settings_dict
    given = {
        "PGDATABASE": ours["NAME"],
        "PGHOST": ours["HOST"],
        "PGPORT": ours["PORT"],
        "PGUSER": ours["USER"],
        "PGPASSWORD": ours["PASSWORD"],
    }
    return {name: str(value) for name, value in given.items() if value}


def _administer(sql: str) -> None:
    """Run what takes no transaction."""
    with closing(_connect(connection.settings_dict["NAME"])) as other:
        other.autocommit = True
        other.execute(sql)


def _connect(name: str) -> Any:
    import psycopg  # not installed with SQLite on small ARM boards

    parameters = connection.get_connection_params() | {"dbname": name}
    for ours in ("context", "cursor_factory", "prepare_threshold"):
        parameters.pop(ours, None)
    return psycopg.connect(**parameters)


def _asking(cursor: Any) -> facts.Ask:
    def ask(sql: str) -> list[tuple[Any, ...]]:
        cursor.execute(sql)
        return list(cursor.fetchall())

    return ask
