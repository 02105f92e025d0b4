"""`manage.py import_readings`: bring readings of elsewhere in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError, CommandParser

from history.imports.formats import AUTO, FORMATS
from history.imports.items import Unreadable
from history.imports.preview import Preview, examine
from history.imports.storing import Progress, store
from history.imports.targets import parse_choices
from readings.outcomes import CannotStore
from stations.commands import QuickCommand

_HELP = """
Store the readings of a file: our own CSV, ThingSpeak's feeds.csv, or the original server's SQLite
file. Shows first what it would do. What is there already is passed over: run it again after it was
cut short."""


class Command(QuickCommand):
    help = _HELP.strip()
    _tenths_told = 0

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--format", choices=[AUTO, *FORMATS], default=AUTO)
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="FIELD=STATION:FIELD",
            help="where a series goes, e.g. field1=Attic:1; FIELD= leaves it out",
        )
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        path = str(options["file"])
        if not options["file"].is_file():
            raise CommandError(f"There is no file {path}.")
        try:
            chosen = parse_choices(options["map"])
            preview = examine(path, options["format"], chosen, settings.TIME_ZONE)
            self._show(preview)
            if not preview.wanted:
                raise CommandError("There is nothing to store.")
            if not (options["yes"] or self._is_agreed()):
                raise CommandError("Nothing was stored.")
            self._total = max(preview.lines, 1)
            done = store(path, preview.format, chosen, settings.TIME_ZONE, self._tell)
        except Unreadable as error:
            raise CommandError(str(error)) from error
        except CannotStore as error:
            raise CommandError(f"Stopped: {error}. Mend that and run it again.") from error
        self.stdout.write(_result(done))
        self._list(done.troubles, done.trouble_count)

    def _show(self, preview: Preview) -> None:
        self.stdout.write(f"Format {preview.format}, {preview.lines:,} lines.")
        for one in preview.series:
            times = f"{one.first_at:%Y-%m-%d %H:%M} to {one.last_at:%Y-%m-%d %H:%M} UTC"
            text = f"{one.name}: {one.count:,} readings, {times} -> {one.target}"
            text += f" ({one.reason})" if one.reason else ""
            text += f", {one.duplicates:,} are there already" if one.duplicates else ""
            if one.is_new_station and preview.format == "flaskiot":
                text += ", old key kept" if one.is_key_kept else ", with a new key: rotate_key"
            self.stdout.write(text)
        self._list(preview.troubles, preview.trouble_count)

    def _list(self, troubles: list[tuple[int, str]], count: int) -> None:
        for line, text in troubles:
            self.stderr.write(f"line {line}: {text}" if line else text)
        if count > len(troubles):
            self.stderr.write(f"and {count - len(troubles):,} lines more that cannot be stored")

    def _is_agreed(self) -> bool:
        if not sys.stdin.isatty():
            raise CommandError("Nothing was stored: nobody is here to ask. Add --yes.")
        return input("Store them? [y/N] ").strip().lower() in ("y", "yes")

    def _tell(self, progress: Progress) -> None:
        """Say how far it is, every tenth of the way."""
        tenths = progress.seen * 10 // self._total
        if tenths > self._tenths_told:
            self._tenths_told = tenths
            self.stdout.write(f"{progress.seen:,} of {self._total:,}, {progress.stored:,} new")
            self.stdout.flush()


def _result(done: Progress) -> str:
    text = f"Stored {done.stored:,} readings"
    return f"{text}; {done.there:,} were there already." if done.there else f"{text}."
