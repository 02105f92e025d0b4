"""`manage.py provision`: from a bare board to its first reading."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management import CommandError, CommandParser

from firmware.chip import FAST_BAUD
from firmware.image import DOWNLOAD
from firmware.provisioning import Plan, ProvisionFailed, Success, provision
from firmware.server import is_only_here
from firmware.terminal import TerminalShow, add_more, add_port, orderly_end, wifi_password
from readings import display
from stations.address import server_url
from stations.commands import QuickCommand
from stations.models import Placement

_REPEATED = ("port", "name", "placement", "ssid", "server", "firmware", "interval", "baud", "wait")


class Command(QuickCommand):
    help = (
        "Make a station of a board on the USB port: write MicroPython, register it, load its"
        " files, wait for its first reading. Running it again is safe. The Wi-Fi password is asked"
        " for, or taken from the environment variable WIFI_PASSWORD."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_port(parser)
        parser.add_argument("--name", required=True, help="what the family calls it")
        parser.add_argument("--placement", choices=Placement.values, default=Placement.INDOOR)
        parser.add_argument("--ssid", required=True, help="the Wi-Fi's name (2.4 GHz)")
        parser.add_argument("--server", help=f"where boards reach the server ({server_url()})")
        parser.add_argument(
            "--firmware",
            type=Path,
            help=f"MicroPython to write first, erasing the board; from {DOWNLOAD}",
        )
        parser.add_argument("--interval", type=int, default=60, help="seconds between readings")
        parser.add_argument("--baud", type=int, default=FAST_BAUD, help="while writing MicroPython")
        parser.add_argument("--wait", type=float, default=90, help="seconds for the first reading")
        add_more(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        plan = self._plan(options)
        if is_only_here(plan.server):
            self.stderr.write(
                f"A board cannot reach {plan.server}: it means this computer to itself."
            )
        try:
            with orderly_end():
                success = provision(plan, TerminalShow(self.stdout))
        except ProvisionFailed as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt as error:
            raise CommandError(f"Stopped. To go on:\n  {plan.command()}") from error
        self._tell(plan, success)

    def _plan(self, options: dict[str, Any]) -> Plan:
        return Plan(
            name=options["name"],
            placement=options["placement"],
            ssid=options["ssid"],
            server=(options["server"] or server_url()).rstrip("/"),
            wifi_password=wifi_password(),
            port=options["port"],
            firmware=options["firmware"],
            interval_s=options["interval"],
            baud=options["baud"],
            wait_s=options["wait"],
            more=dict(options["more"]),
            typed=_typed(options),
        )

    def _tell(self, plan: Plan, success: Success) -> None:
        sensor, latest = success.latest.sensor, success.latest
        value = (
            "an outlier" if latest.value is None else display.number(latest.value, sensor.quantity)
        )
        self.stdout.write(
            self.style.SUCCESS(
                f"{success.station.name}: {value} {sensor.unit}, dashboard at {plan.server}/"
            )
        )


def _typed(options: dict[str, Any]) -> tuple[str, ...]:
    """The options that say something, to be typed again."""
    defaults = {"interval": 60, "baud": FAST_BAUD, "wait": 90}
    words: list[str] = []
    for name in _REPEATED:
        if options[name] and options[name] != defaults.get(name):
            words += [f"--{name}", str(options[name])]
    for name, value in options["more"]:
        words += ["--set", f"{name}={value}"]
    return tuple(words)
