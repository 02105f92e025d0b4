"""What a board prints, and what its complaints mean. The lines are those of docs/firmware.md."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from types import TracebackType

import serial

from firmware.board import BAUD

_LONGEST_LINE = 200

_ADVICE = (
    (
        r"^no Wi-Fi",
        "The board does not get into the Wi-Fi {ssid!r}. Check the name and the password (an"
        " ESP8266 knows 2.4 GHz only) and that it is in reach.",
    ),
    (
        r"^key or MAC not registered",
        "The server does not know the key that is on the board.",
    ),
    (
        r"^server does not answer",
        "The board is in the Wi-Fi and does not reach {server}: {line}. Check that it is the"
        " server's address in that network, and that no firewall closes its port.",
    ),
    (r"^server (answered|refuses)", "The server did not take the reading: {line}."),
    (
        r"^sensor:",
        "The board does not find its thermometer: {line}. Check the wires (docs/firmware.md) and"
        " --set SENSOR=... for another one.",
    ),
    (
        r"^(Traceback|\w*Error:)",
        "The board's program stops with an error: {line}. Write MicroPython anew with --firmware.",
    ),
)


class Console:
    """The board's serial line, one line at a time. Nothing is said on it."""

    def __init__(self, port: str, baud: int = BAUD) -> None:
        self._port, self._baud = port, baud
        self._serial: serial.Serial | None = None
        self._rest = b""

    def __enter__(self) -> Console:
        with suppress(OSError):  # nothing to be heard; the reading tells by itself
            self._serial = serial.Serial(self._port, self._baud, timeout=0)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._serial is not None:
            self._serial.close()

    def lines(self, wait_s: float) -> list[str]:
        """The whole lines that came within this time; an unplugged board has none."""
        if self._serial is None:
            time.sleep(wait_s)
            return []
        try:
            self._serial.timeout = wait_s
            first = self._serial.read(1)
            self._rest += first + self._serial.read(self._serial.in_waiting)
        except OSError:  # unplugged: the board may still get through by itself
            self._serial.close()
            self._serial = None
            return []
        *whole, self._rest = self._rest.split(b"\n")
        self._rest = self._rest[-_LONGEST_LINE:]
        return [_printable(line) for line in whole if _printable(line)]


def advice(line: str, *, ssid: str, server: str) -> str:
    """What to do about a line of the console; empty when it is no complaint."""
    for pattern, text in _ADVICE:
        if re.search(pattern, line):
            return text.format(line=line.rstrip("."), ssid=ssid, server=server)
    return ""


def _printable(line: bytes) -> str:
    """Without the noise of a board that starts at another speed."""
    text = line.decode("utf-8", "replace").strip()
    return text if text.isprintable() and "\N{REPLACEMENT CHARACTER}" not in text else ""
