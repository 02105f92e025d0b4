"""What the commands that deal with a board share: asking, showing, refusing."""

from __future__ import annotations

import argparse
import ast
import getpass
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from django.core.management import CommandError, CommandParser
from django.core.management.base import OutputWrapper

from firmware.render import Value

PASSWORD_VARIABLE = "WIFI_PASSWORD"  # noqa: S105 - its name, not itself
_BAR = 40


class TerminalShow:
    """Shows steps, words and progress on a terminal, or in a file without drawing."""

    def __init__(self, out: OutputWrapper) -> None:
        self._out = out
        self._quarters = 0

    def step(self, title: str) -> None:
        self._write(f"{title} ...\n")

    def say(self, text: str) -> None:
        self._write(f"  {text}\n")

    def progress(self, done: float) -> None:
        if self._out.isatty():
            full = round(done * _BAR)
            bar = "#" * full + "." * (_BAR - full)
            self._write(f"\r  [{bar}] {done:4.0%}" + ("\n" if done >= 1 else ""))
        elif int(done * 4) > self._quarters:
            self._quarters = int(done * 4)
            self._write(f"  {done:.0%} written\n")

    def _write(self, text: str) -> None:
        self._out.write(text, ending="")
        self._out.flush()


def wifi_password() -> str:
    """From the environment, else asked for: an argument would be for everybody to read.

    Taken out of the environment, so that no program started from here inherits it.
    """
    given = os.environ.pop(PASSWORD_VARIABLE, None)
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise CommandError(
            f"Set {PASSWORD_VARIABLE}, or run this in a terminal, which asks for it."
        )
    return getpass.getpass("Wi-Fi password (empty for an open network): ")


def add_port(parser: CommandParser) -> None:
    parser.add_argument(
        "--port", default="", help="e.g. /dev/ttyUSB0 or COM4; the only one if not given"
    )


def add_more(parser: CommandParser) -> None:
    parser.add_argument(
        "--set",
        dest="more",
        action="append",
        type=_setting,
        default=[],
        metavar="NAME=VALUE",
        help="another setting of the board's config.py, e.g. SENSOR=BMP280 or SDA=21",
    )


def _setting(text: str) -> tuple[str, Value]:
    name, is_one, value = text.partition("=")
    if not is_one:
        raise argparse.ArgumentTypeError("write it as NAME=VALUE")
    try:
        found: Value = ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return name, value
    if not isinstance(found, str | int | float | tuple | None):
        raise argparse.ArgumentTypeError("a value is a number, a text, None or (a tuple,)")
    return name, found


@contextmanager
def orderly_end() -> Iterator[None]:
    """Let a SIGTERM clean up as Ctrl-C does."""

    def end(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
