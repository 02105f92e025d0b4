"""`manage.py add_station NAME --mac MAC`: register a station, print its key once."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management import CommandError, CommandParser

from stations import keys, verbs
from stations.commands import QuickCommand
from stations.mac import is_hex
from stations.models import Placement


class Command(QuickCommand):
    help = "Register a station. Its API key is printed once and never again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="what the family calls it, e.g. 'Living room'")
        parser.add_argument("--mac", required=True, help="e.g. 5c:cf:7f:0a:1b:2c")
        parser.add_argument("--key", default="", help="the key a flashed board already has")
        parser.add_argument("--placement", choices=Placement.values, default=Placement.INDOOR)
        parser.add_argument("--interval", type=int, default=60, help="seconds between posts")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            new = verbs.register_station(
                options["name"],
                options["mac"],
                placement=options["placement"],
                api_key=options["key"],
                interval_s=options["interval"],
            )
        except ValidationError as error:
            raise CommandError(_explain(error)) from error
        except ValueError as error:
            raise CommandError(str(error)) from error
        self._warn(new)
        self._print(new, as_json=options["json"])

    def _warn(self, new: verbs.NewKey) -> None:
        if not is_hex(new.station.mac):
            self.stderr.write(f"{new.station.mac} is no real MAC address; registered as it is.")
        if keys.is_weak(new.api_key):
            self.stderr.write("That key is short enough to guess: rotate it when you can.")

    def _print(self, new: verbs.NewKey, *, as_json: bool) -> None:
        station = new.station
        if as_json:
            fields = {"id": station.pk, "name": station.name, "mac": station.mac}
            self.stdout.write(json.dumps(fields | {"api_key": new.api_key}))
            return
        self.stdout.write(f"Registered {station.name} ({station.mac}).")
        self.stdout.write(f"API key (shown once): {new.api_key}")


def _explain(error: ValidationError) -> str:
    """Name the argument that each message is about."""
    argument = {"expected_interval_s": "interval"}
    return " ".join(
        f"{argument.get(field, field)}: {' '.join(messages)}"
        for field, messages in error.message_dict.items()
    )
