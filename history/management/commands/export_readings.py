"""`manage.py export_readings`: readings as a file, without a browser."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import IO, Any

from django.core.management import CommandError, CommandParser

from history.exports import files
from history.exports.forms import ExportForm
from stations import verbs
from stations.commands import QuickCommand
from stations.models import Station


class Command(QuickCommand):
    help = "Write readings or summaries as CSV or JSON, e.g. --since 2026-01-01 > january.csv"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, metavar="FILE", help="instead of standard output")
        parser.add_argument("--as", dest="kind", choices=["csv", "json"], default="csv")
        parser.add_argument(
            "--station", action="append", default=[], help="name or MAC; all if none"
        )
        parser.add_argument("--since", default="", help="a day, or a time with its offset")
        parser.add_argument("--until", default="", help="the last day, or a time, left out")
        parser.add_argument("--every", choices=["raw", "hour", "day"], default="raw")
        parser.add_argument("--unit", choices=["C", "F"], default="C")
        parser.add_argument("--time", choices=["utc", "house"], default="utc")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = {name: options[name] for name in ("since", "until", "every", "unit", "time")}
        form = ExportForm(asked | {"station": [_station_id(name) for name in options["station"]]})
        if not form.is_valid():
            told = (
                f"--{name}: {' '.join(map(str, errors))}" for name, errors in form.errors.items()
            )
            raise CommandError(" ".join(told))
        make = files.as_json if options["kind"] == "json" else files.as_csv
        to = options["to"]
        with to.open("wb") if to else nullcontext(sys.stdout.buffer) as file:
            _write(make(form.scope()), file)


def _write(parts: Iterator[bytes], file: IO[bytes]) -> None:
    for part in parts:
        file.write(part)


def _station_id(identifier: str) -> int:
    try:
        return verbs.find_station(identifier).pk
    except Station.DoesNotExist as error:
        raise CommandError(f"{error} Run list_stations for their names.") from error
