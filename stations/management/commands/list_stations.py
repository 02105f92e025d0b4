"""`manage.py list_stations`: every registered station, one per line."""

from __future__ import annotations

import json
from typing import Any

from django.core.management import CommandParser

from stations import rotation
from stations.commands import QuickCommand
from stations.models import Station


class Command(QuickCommand):
    help = "List the registered stations. Keys are shown as hints only."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print a JSON array")

    def handle(self, *args: Any, **options: Any) -> None:
        stations = Station.objects.select_related("contact").prefetch_related("sensors")
        if options["json"]:
            self.stdout.write(json.dumps([_describe(station) for station in stations]))
        elif not stations:
            self.stdout.write("No station yet. Add one: manage.py add_station NAME --mac MAC")
        else:
            for station in stations:
                self.stdout.write(_line(station))


def _line(station: Station) -> str:
    line = "  ".join(str(value) for value in _known(station).values())
    if not station.is_rotating:
        return line
    use = rotation.old_key_use(station)
    return f"{line}  rotating; old key {station.old_key_hint} {use}"


def _describe(station: Station) -> dict[str, Any]:
    used_at = rotation.old_key_used_at(station)
    return _known(station) | {
        "is_rotating": station.is_rotating,
        "old_key_hint": station.old_key_hint,
        "old_key_used_at": used_at.isoformat(timespec="seconds") if used_at else None,
    }


def _known(station: Station) -> dict[str, Any]:
    return {
        "id": station.pk,
        "name": station.name,
        "mac": station.mac,
        "placement": station.placement,
        "is_active": station.is_active,
        "key_hint": station.key_hint,
        "fields": [sensor.field for sensor in station.sensors.all()],
    }
