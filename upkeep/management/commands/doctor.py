"""`manage.py doctor`: what is wrong with this installation, and how to mend it."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management import BaseCommand, CommandParser

from upkeep.doctor.examination import examination
from upkeep.doctor.findings import Level, as_json, is_well, report


class Command(BaseCommand):
    help = "Say what is wrong with this installation and how to mend it. Exits with 1 if anything."
    requires_system_checks = ()  # it makes them itself, and reports them with the rest

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = examination()
        if options["json"]:
            self.stdout.write(as_json(findings), ending="")
        else:
            self.stdout.write(report(findings, self._paint))
        if not is_well(findings):
            sys.exit(1)

    def _paint(self, level: Level, text: str) -> str:
        styles = {"ok": self.style.SUCCESS, "warning": self.style.WARNING}
        return styles.get(level, self.style.ERROR)(text)
