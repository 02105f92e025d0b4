"""`manage.py upload [CONFIG]`: a station's files on a board that has MicroPython."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management import CommandError, CommandParser

from firmware import board, loading
from firmware.board import BoardError
from firmware.ports import choose_port
from firmware.terminal import TerminalShow, add_port, orderly_end
from stations.commands import QuickCommand


class Command(QuickCommand):
    help = (
        "Copy the station's files to a board with MicroPython and restart it. Files that are there"
        " already are not sent again. Without CONFIG the board keeps its settings."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("config", nargs="?", type=Path, help="of manage.py render_config")
        add_port(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        files = loading.shipped_files()
        if options["config"]:
            if not options["config"].is_file():
                raise CommandError(f"There is no file {options['config']}.")
            files["config.py"] = options["config"]
        try:
            port = choose_port(options["port"])
            with orderly_end():
                loading.load(port, files, TerminalShow(self.stdout).say)
                if "config.py" not in board.list_files(port):
                    raise CommandError(
                        "The board has no config.py: make one with manage.py render_config and"
                        " upload it."
                    )
                board.reset(port)
        except BoardError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{len(files)} files are on the board, and it has been restarted.")
