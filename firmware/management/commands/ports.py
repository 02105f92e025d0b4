"""`manage.py ports`: which serial ports a board may be on."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management import CommandParser

from firmware.ports import NoPort, usb_ports
from stations.commands import QuickCommand


class Command(QuickCommand):
    help = "List the serial ports on USB, those of boards first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print a JSON array")

    def handle(self, *args: Any, **options: Any) -> None:
        ports = usb_ports()
        if options["json"]:
            self.stdout.write(json.dumps([asdict(port) for port in ports]))
        elif not ports:
            self.stdout.write(str(NoPort()))
        for port in () if options["json"] else ports:
            self.stdout.write(str(port))
