"""`manage.py rebuild_summaries`: recompute hours and days, e.g. after TIME_ZONE changed."""

from __future__ import annotations

from typing import Any

from django.core.management import CommandError, CommandParser
from django.db.models import QuerySet

from readings import summaries
from stations import verbs
from stations.commands import QuickCommand
from stations.models import Sensor, Station


class Command(QuickCommand):
    help = "Recompute the summaries of hours and days from the readings, or check them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--station", help="only this one: its name or MAC address")
        parser.add_argument(
            "--check", action="store_true", help="compare only; exit 1 if any differ"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        do = summaries.check if options["check"] else summaries.rebuild
        wrong = {sensor: do(sensor.pk) for sensor in _sensors(options["station"])}
        for sensor, count in wrong.items():
            if any(count):
                self.stdout.write(f"{sensor}: {_counted(count, options['check'])}.")
        if not any(any(count) for count in wrong.values()):
            self.stdout.write(f"The summaries of {len(wrong)} sensors agree with their readings.")
        elif options["check"]:
            raise CommandError("Some summaries differ. Run rebuild_summaries to mend them.")


def _sensors(station: str | None) -> QuerySet[Sensor]:
    sensors = Sensor.objects.select_related("station").order_by("station__name", "field")
    if station is None:
        return sensors
    try:
        return sensors.filter(station=verbs.find_station(station))
    except Station.DoesNotExist as error:
        raise CommandError(f"{error} Run list_stations for their names.") from error


def _counted(wrong: summaries.Wrong, is_check: bool) -> str:
    verb = "differ" if is_check else "rebuilt"
    return f"{_many(wrong.hours, 'hour')} and {_many(wrong.days, 'day')} {verb}"


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
