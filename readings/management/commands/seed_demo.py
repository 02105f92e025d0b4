"""`manage.py seed_demo`: try the pages before any board is built."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management import CommandError, CommandParser

from readings import demo
from readings.times import now_ms
from stations.commands import QuickCommand

_MAX_DAYS = 3650


class Command(QuickCommand):
    _tenths_told = 0
    help = "Add two demo stations with a year of readings that go on live, or remove them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=_days, default=365, help="how far back (default 365)")
        parser.add_argument("--remove", action="store_true", help="remove the demo and its data")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["remove"]:
            self._remove()
        else:
            self._seed(options["days"])

    def _seed(self, days: int) -> None:
        try:
            stored = demo.seed(now_ms(), days, self._tell)
        except demo.DemoExists:
            self.stdout.write("The demo is there already. Remove it with seed_demo --remove.")
        except ValidationError as error:
            raise CommandError(f"Cannot add the demo: {' '.join(error.messages)}") from error
        else:
            self.stdout.write(f"Stored {stored} readings of two demo stations.")
            self.stdout.write("The watcher (manage.py serve) adds one each minute from now on.")

    def _remove(self) -> None:
        if demo.remove():
            self.stdout.write("Removed the demo and all its readings.")
        else:
            self.stdout.write("There is no demo to remove.")

    def _tell(self, done: int, total: int) -> None:
        """Say how far it is, every tenth of the way."""
        tenths = done * 10 // total
        if tenths > self._tenths_told:
            self._tenths_told = tenths
            self.stdout.write(f"{done} of {total} days")
            self.stdout.flush()


def _days(text: str) -> int:
    days = int(text)
    if not 1 <= days <= _MAX_DAYS:
        raise argparse.ArgumentTypeError(f"between 1 and {_MAX_DAYS}")
    return days
