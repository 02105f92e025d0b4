"""`manage.py backup`: a proven copy of the database, now, while the server runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management import CommandError, CommandParser

from stations.commands import QuickCommand
from upkeep import backup, results
from upkeep.schedule import TaskFailed


class Command(QuickCommand):
    help = "Copy the database into a compressed file and prove it by restoring it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--to", type=Path, help="a file or a folder; default: where the nightly ones go"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        target: Path | None = options["to"]
        try:
            made = backup.make(target or backup.folder())
        except TaskFailed as error:
            raise CommandError(str(error)) from error
        if target is None:
            results.record("backup", is_ok=True, text=str(made))
        self.stdout.write(str(made))
