"""`manage.py render_config STATION`: a station's own config.py, for loading it by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management import CommandError, CommandParser

from firmware.loading import write_secret
from firmware.render import BoardSettings, InvalidSettings, render_config
from firmware.terminal import add_more, wifi_password
from firmware.typed import command_line
from stations import verbs
from stations.address import server_url
from stations.commands import QuickCommand
from stations.models import Station


class Command(QuickCommand):
    help = (
        "Write a station's config.py with a new API key; the old key works until the new one is"
        " used. The Wi-Fi password is asked for, or taken from WIFI_PASSWORD."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("station", help="its name or MAC address")
        parser.add_argument("--ssid", required=True, help="the Wi-Fi's name (2.4 GHz)")
        parser.add_argument("--server", help=f"where boards reach the server ({server_url()})")
        parser.add_argument("--to", type=Path, default=Path("config.py"), help="default: config.py")
        add_more(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        target: Path = options["to"]
        if target.exists():
            raise CommandError(f"{target} exists. Move it away, or name another file with --to.")
        try:
            station = verbs.find_station(options["station"])
        except Station.DoesNotExist as error:
            raise CommandError(
                f"No station {options['station']!r}. See manage.py list_stations."
            ) from error
        self._write(station, options, target)

    def _write(self, station: Station, options: dict[str, Any], target: Path) -> None:
        password = wifi_password()

        def render(api_key: str) -> str:
            return render_config(
                BoardSettings(
                    api_key=api_key,
                    mac=station.mac,
                    server=(options["server"] or server_url()).rstrip("/"),
                    ssid=options["ssid"],
                    wifi_password=password,
                    interval_s=station.expected_interval_s,
                    more=dict(options["more"]),
                )
            )

        try:
            render("")  # before a key is made: what is refused must not cost one
        except InvalidSettings as error:
            raise CommandError(str(error)) from error
        write_secret(target, render(verbs.rotate_key(station).api_key))
        self.stdout.write(f"Wrote {target}. It holds the key and the Wi-Fi password: keep it safe.")
        self.stdout.write(f"Next:\n  {command_line('upload', str(target))}")
