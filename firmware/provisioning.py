"""From a bare board to its first reading: the steps in their order, and the way on from each.

Everything that can be known beforehand is looked at before the board is touched. A station
that this run registers is taken back when the board does not get its key; from then on both
belong together, and a board that is only out of reach gets through by itself later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from firmware import board, chip, loading, registering
from firmware.board import BoardError
from firmware.console import Console
from firmware.image import DOWNLOAD, Image, NotAnImage, read_image
from firmware.ports import choose_port
from firmware.registering import CannotRegister, Registration
from firmware.render import (
    BoardSettings,
    InvalidSettings,
    Value,
    other_settings,
    render_config,
    values_in,
)
from firmware.server import ServerTrouble, check_server
from firmware.typed import command_line
from firmware.waiting import first_reading
from readings.models import Latest
from readings.times import now_ms
from stations.models import Station


class Show(Protocol):
    """How somebody watches."""

    def step(self, title: str) -> None: ...
    def say(self, text: str) -> None: ...
    def progress(self, done: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Plan:
    name: str
    placement: str
    ssid: str
    server: str
    wifi_password: str = field(repr=False)
    port: str = ""
    firmware: Path | None = None
    interval_s: int = 60
    baud: int = chip.FAST_BAUD
    wait_s: float = 90
    more: Mapping[str, Value] = field(default_factory=dict)
    typed: tuple[str, ...] = ()  # the options as they were given, to be repeated

    def settings(
        self, api_key: str, mac: str, interval_s: int, kept: Mapping[str, Value] | None = None
    ) -> BoardSettings:
        """What config.py shall say; `kept` is what the board's own says beyond this."""
        return BoardSettings(
            api_key=api_key,
            mac=mac,
            server=self.server,
            ssid=self.ssid,
            wifi_password=self.wifi_password,
            interval_s=interval_s,
            more={**(kept or {}), **self.more},
        )

    def command(self, *, flashes: bool = True) -> str:
        """The command that goes on from here; the password is not part of any."""
        kept = list(self.typed)
        if not flashes and "--firmware" in kept:
            at = kept.index("--firmware")
            del kept[at : at + 2]
        return command_line("provision", *kept)


@dataclass(frozen=True, slots=True)
class Success:
    station: Station
    latest: Latest


class ProvisionFailed(Exception):
    """Which step failed, why, and how to go on."""

    def __init__(self, step: str, why: str, how: str) -> None:
        super().__init__(f"{step}: {why}\n{how}")


def provision(plan: Plan, show: Show) -> Success:
    """Do it all. Raises `ProvisionFailed`."""
    run = _Run(plan, show)
    image = run.look_ahead()
    port = run.find_port()
    found = run.look_at_chip(port, image)
    run.look_at_station(found.mac)
    if image:
        run.flash(port, image)
    registration = run.load(port, found.mac, is_blank=image is not None)
    return run.await_reading(port, registration)


class _Run:
    def __init__(self, plan: Plan, show: Show) -> None:
        self._plan, self._show = plan, show
        self._again = f"This run registered nothing. Then start again:\n  {plan.command()}"
        self._further = plan.command(flashes=False)

    @contextmanager
    def _step(self, title: str, how: str) -> Iterator[None]:
        self._show.step(title)
        try:
            yield
        except (BoardError, CannotRegister, InvalidSettings, NotAnImage, ServerTrouble) as error:
            raise ProvisionFailed(title, str(error), how) from error

    def look_ahead(self) -> Image | None:
        """Everything that needs no board: server, settings, image."""
        plan = self._plan
        with self._step("Server", self._again):
            check_server(plan.server)
        with self._step("Settings", self._again):
            render_config(plan.settings("", "", plan.interval_s))
        if plan.firmware is None:
            return None
        with self._step("Image", self._again):
            image = read_image(plan.firmware)
            if not image.is_micropython:
                self._show.say("Not a MicroPython known here; a station needs MicroPython.")
            return image

    def find_port(self) -> str:
        with self._step("Port", self._again):
            return choose_port(self._plan.port)

    def look_at_chip(self, port: str, image: Image | None) -> chip.Chip:
        with self._step("Chip", self._again):
            found = chip.identify(port)
            self._show.say(f"{port}: ESP8266 {found.mac}")
            if image and 0 < found.flash_bytes < image.size:
                raise chip.ImageTooLarge(port)
            return found

    def look_at_station(self, mac: str) -> None:
        plan = self._plan
        with self._step("Station", self._again):
            station = registering.check(mac, plan.name, plan.placement, plan.interval_s)
            if station and station.name != plan.name:
                self._show.say(f"This board is registered as {station.name} and keeps that name.")

    def flash(self, port: str, image: Image) -> None:
        plan = self._plan
        with self._step("MicroPython", self._again):
            chip.write(port, image.path, baud=plan.baud, on_progress=self._show.progress)

    def load(self, port: str, mac: str, *, is_blank: bool) -> Registration:
        plan = self._plan
        how = f"This run registered nothing. Then go on with:\n  {self._further}"
        with self._step("Files", how):
            self._wake(port)
            config = b"" if is_blank else loading.config_on(port)
            key = str(values_in(config).get("API_KEY", ""))
            with registering.registered(
                mac, plan.name, plan.placement, plan.interval_s, key
            ) as registration:
                interval_s = registration.station.expected_interval_s
                kept = other_settings(config)
                settings = plan.settings(registration.api_key, mac, interval_s, kept)
                with loading.station_files(settings) as files:
                    loading.load(port, files, self._show.say)
            return registration

    def _wake(self, port: str) -> None:
        try:
            board.wake(port)
        except (board.BoardSilent, board.NoPrompt) as error:
            if self._plan.firmware is not None:
                raise
            raise BoardError(
                f"No MicroPython answers on {port}. Add --firmware FILE to write it, with the .bin"
                f" file of {DOWNLOAD}; if the board has it, press its reset button."
            ) from error

    def await_reading(self, port: str, registration: Registration) -> Success:
        plan, station = self._plan, registration.station
        how = (
            f"{station.name} is registered, and its board goes on trying by itself."
            f" To mend and check it:\n  {self._further}"
        )
        with self._step("First reading", how):
            since = now_ms()
            board.reset(port)
            with Console(port) as console:
                latest = first_reading(
                    station.pk,
                    since,
                    console,
                    plan.wait_s,
                    ssid=plan.ssid,
                    server=plan.server,
                    on_line=lambda line: self._show.say(f"board: {line}"),
                )
            return Success(station, latest)
