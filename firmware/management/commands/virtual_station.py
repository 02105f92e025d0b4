"""`manage.py virtual_station`: a station for those who have no board yet."""

from __future__ import annotations

import time
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.management import CommandError, CommandParser

from firmware import virtual
from firmware.terminal import orderly_end
from readings.times import now_ms
from stations import verbs
from stations.address import server_url
from stations.commands import QuickCommand
from stations.mac import InvalidMac, canonical_mac
from stations.models import Placement, Station


class Command(QuickCommand):
    help = (
        "Post believable weather as a board would, until Ctrl-C. --station makes a station for it;"
        " --key and --mac stand in for a station there is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--server", help=f"where it posts to ({server_url()})")
        parser.add_argument("--station", help="its name; registered when there is none")
        parser.add_argument("--key", help="the API key of a registered station, with --mac")
        parser.add_argument("--mac", help="the MAC address of a registered station, with --key")
        parser.add_argument("--placement", choices=Placement.values, default=Placement.OUTDOOR)
        parser.add_argument("--interval", type=float, default=60, help="seconds between readings")
        parser.add_argument("--count", type=int, default=0, help="stop after so many readings")

    def handle(self, *args: Any, **options: Any) -> None:
        server = options["server"] or server_url()
        if urlsplit(server).scheme not in ("http", "https"):
            raise CommandError(f"{server} is no address. Give it like http://192.168.1.10:8000.")
        if options["interval"] <= 0:
            raise CommandError("--interval is a number of seconds above 0.")
        key, mac = self._credentials(options)
        outside = virtual.is_outdoor(options["placement"])
        station = virtual.VirtualStation(server, key, mac, is_outdoor=outside)
        self.stdout.write(f"station {mac} posts to {server}, stop with Ctrl-C")
        try:
            with orderly_end():
                self._run(station, options["interval"], options["count"])
        except KeyboardInterrupt:
            self.stdout.write("stopped")
        if options["count"] and len(station):
            raise CommandError(f"{len(station)} readings were not taken; the reason is above.")

    def _run(self, station: virtual.VirtualStation, interval_s: float, rounds: int) -> None:
        started = time.monotonic()
        for turn in count(1):
            self._tell(station.measure(now_ms()))
            for line in station.send(now_ms):
                self._tell(line)
            if turn == rounds:
                return
            time.sleep(max(0.0, started + turn * interval_s - time.monotonic()))

    def _tell(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _credentials(self, options: dict[str, Any]) -> tuple[str, str]:
        if options["key"] and options["mac"] and not options["station"]:
            try:
                return options["key"], canonical_mac(options["mac"])
            except InvalidMac as error:
                raise CommandError(str(error)) from error
        if options["station"] and not (options["key"] or options["mac"]):
            return self._own_station(options)
        raise CommandError("Give either --station NAME, or --key KEY and --mac MAC.")

    def _own_station(self, options: dict[str, Any]) -> tuple[str, str]:
        name = options["station"]
        station = Station.objects.filter(name=name).first()
        if station is None:
            return self._register(name, options)
        if not virtual.is_virtual(station):
            # A new key would end the one that its board has.
            raise CommandError(
                f"{name} is a board's station. Stand in for it with --key and --mac, or choose"
                " another name."
            )
        return verbs.rotate_key(station).api_key, station.mac

    def _register(self, name: str, options: dict[str, Any]) -> tuple[str, str]:
        interval_s = max(1, round(options["interval"]))
        try:
            new = verbs.register_station(
                name, virtual.new_mac(), placement=options["placement"], interval_s=interval_s
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        return new.api_key, new.station.mac
