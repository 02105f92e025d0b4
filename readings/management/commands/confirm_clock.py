"""`manage.py confirm_clock`: the operator's word that the time is right."""

from __future__ import annotations

from typing import Any

from django.utils.timezone import localtime

from readings import clock
from readings.times import from_ms
from stations.commands import QuickCommand


class Command(QuickCommand):
    help = "Say that this computer's clock is right, after it was set or long switched off."

    def handle(self, *args: Any, **options: Any) -> None:
        shown = localtime(from_ms(clock.confirm()))
        self.stdout.write(f"Taken for right: {shown:%A, %d %B %Y %H:%M:%S %Z}.")
        if still := clock.objection():
            self.stderr.write(still)
