"""`manage.py restore`: bring a backup back; the database it replaces is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.db import connection

from upkeep import backup, restore, running


class Command(BaseCommand):
    help = "Bring back a backup. The server must not run; the database replaced is kept."
    requires_system_checks = ()  # they might ask the very database that is to be replaced

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", help="default: the newest backup")
        parser.add_argument("--yes", action="store_true", help="replace the database that is there")

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.vendor != "sqlite":
            raise CommandError(_ON_POSTGRES)
        try:
            with running.alone():
                self._restore(_file(options["file"]), options["yes"])
        except (running.InUse, restore.Refused) as error:
            raise CommandError(str(error)) from error

    def _restore(self, file: Path, may_replace: bool) -> None:
        with restore.opened(file) as (database, held):
            there = restore.what_is_there()
            if there and not may_replace:
                raise restore.Refused(
                    f"{file} holds {held}.\nThe database there holds {there}."
                    "\nAdd --yes to replace it; it is kept under another name."
                )
            kept = restore.put_in_place(database)
        self.stdout.write(f"Restored {held} from {file}.")
        if kept:
            self.stdout.write(f"What was there before is {kept}. Delete it when all is well.")


def _file(given: Path | None) -> Path:
    found = given or backup.newest()
    if found is None:
        raise restore.Refused(f"There is no backup in {backup.folder()}. Name the file.")
    return found


_ON_POSTGRES = """On PostgreSQL, restore with its own tools, into a database of its own:
  createdb iotserver_new && pg_restore --exit-on-error --no-owner -d iotserver_new FILE
then point DATABASE_URL at it, start the server, and keep the old one until all is well."""
