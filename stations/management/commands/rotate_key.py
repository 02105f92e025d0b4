"""`manage.py rotate_key STATION`: a new key, beside the old one until it is used."""

from __future__ import annotations

import json
from typing import Any

from django.core.management import CommandError, CommandParser

from stations import rotation, verbs
from stations.commands import QuickCommand
from stations.models import Station


class Command(QuickCommand):
    help = "Give a station a new API key. The old one works until the new one is first used."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("station", help="its name or MAC address")
        parser.add_argument("--key", default="", help="a key of your own instead of a random one")
        parser.add_argument("--end-old", action="store_true", help="only end the old key now")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            station = verbs.find_station(options["station"])
        except Station.DoesNotExist as error:
            raise CommandError(
                f"No station {options['station']!r}. See manage.py list_stations."
            ) from error
        if options["end_old"]:
            self._end_old(station)
        else:
            self._rotate(station, options)

    def _end_old(self, station: Station) -> None:
        if not station.is_rotating:
            self.stdout.write(f"{station.name} has one key only: there is no old one to end.")
            return
        use, hint = rotation.old_key_use(station), station.old_key_hint
        verbs.end_old_key(station.pk)
        self.stdout.write(f"The old key {hint} of {station.name} is no longer accepted ({use}).")
        if rotation.old_key_used_at(station):
            self.stdout.write("Its board still uses it: give the board the new one.")

    def _rotate(self, station: Station, options: dict[str, Any]) -> None:
        try:
            new = verbs.rotate_key(station, options["key"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(
                json.dumps({"id": station.pk, "name": station.name, "api_key": new.api_key})
            )
            return
        self.stdout.write(f"New API key of {station.name} (shown once): {new.api_key}")
        self.stdout.write("The old key works until the station first uses this one.")
