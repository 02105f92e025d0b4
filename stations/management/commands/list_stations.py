"""`manage.py list_stations`: every registered station, one per line."""

from __future__ import annotations

import json
from typing import Any

from django.core.management import BaseCommand, CommandParser

from stations.models import Station


class Command(BaseCommand):
    help = "List the registered stations. Keys are shown as hints only."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print a JSON array")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = [_describe(station) for station in Station.objects.prefetch_related("sensors")]
        if options["json"]:
            self.stdout.write(json.dumps(rows))
        elif not rows:
            self.stdout.write("No station yet. Add one: manage.py add_station NAME --mac MAC")
        else:
            for row in rows:
                self.stdout.write("  ".join(str(value) for value in row.values()))


def _describe(station: Station) -> dict[str, Any]:
    return {
        "id": station.pk,
        "name": station.name,
        "mac": station.mac,
        "placement": station.placement,
        "is_active": station.is_active,
        "key_hint": station.key_hint,
        "fields": [sensor.field for sensor in station.sensors.all()],
    }
