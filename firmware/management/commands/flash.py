"""`manage.py flash IMAGE`: MicroPython on a board, everything else on it erased."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management import CommandError, CommandParser

from firmware import chip
from firmware.board import BoardError
from firmware.image import DOWNLOAD, NotAnImage, read_image
from firmware.ports import choose_port
from firmware.terminal import TerminalShow, add_port, orderly_end
from stations.commands import QuickCommand


class Command(QuickCommand):
    help = f"Erase an ESP8266 board and write MicroPython on it. Images: {DOWNLOAD}"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("image", type=Path, help="the .bin file")
        add_port(parser)
        parser.add_argument("--baud", type=int, default=chip.FAST_BAUD)

    def handle(self, *args: Any, **options: Any) -> None:
        show = TerminalShow(self.stdout)
        try:
            image = read_image(options["image"])
            port = choose_port(options["port"])
            found = chip.identify(port)
            show.say(f"{port}: ESP8266 {found.mac}")
            with orderly_end():
                chip.write(port, image.path, baud=options["baud"], on_progress=show.progress)
        except (BoardError, NotAnImage) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Wrote and compared {image.size} bytes.")
