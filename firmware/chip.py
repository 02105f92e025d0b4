"""The chip on a serial port, below MicroPython: who it is, and what is in its flash.

Beside `board` the other half of the door to a board; behind it works esptool, as a process of
its own like ampy. Everything that goes wrong arrives as a BoardError.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from firmware.board import BAUD, BoardError, LineBroken, PortBusy, claimed

FAST_BAUD = 460_800  # common USB chips and short cables manage this
_LOOK_WITHIN_S = 60.0
_WRITE_WITHIN_S = 600.0
_TAIL = 40  # lines kept of what esptool said

_MAC = re.compile(r"^MAC:\s+([0-9a-f:]{17})", re.MULTILINE)
_FLASH = re.compile(r"^Detected flash size: (\d+)(KB|MB)", re.MULTILINE)
_WRITING = re.compile(r"^Writing at .*?(\d+(?:\.\d+)?)%")
_BROKEN = re.compile(
    r"stream stopped|transfer stopped|No serial data|No more data|Input/output error|\[Errno|"
    r"disconnected|multiple access|could not open port|SerialException|Write timeout",
    re.IGNORECASE,
)
_VERIFIED = "Hash of data verified."


class ChipSilent(BoardError):
    def __init__(self, port: str) -> None:
        super().__init__(
            f"No ESP8266 answers on {port}. Check that it is the board's port and that the USB"
            " cable carries data; a board without automatic reset wants its FLASH button held"
            " while you press reset. Then try again."
        )


class OtherChip(BoardError):
    def __init__(self, port: str, chip: str) -> None:
        super().__init__(
            f"The board on {port} is an {chip}, not an ESP8266. Its MicroPython has to be written"
            " by hand, see docs/firmware.md."
        )


class NotVerified(BoardError):
    def __init__(self, port: str) -> None:
        super().__init__(
            f"What is in the flash of the board on {port} is not what was sent. Try again, more"
            " slowly with --baud 115200; when it happens again the flash chip is worn out."
        )


class ImageTooLarge(BoardError):
    def __init__(self, port: str) -> None:
        super().__init__(
            f"The image does not fit into the flash of the board on {port}. Take the one for"
            " smaller boards (FLASH_512K or FLASH_1M on micropython.org)."
        )


@dataclass(frozen=True, slots=True)
class Chip:
    mac: str
    flash_bytes: int  # 0 when the chip did not say


def identify(port: str, *, baud: int = BAUD, timeout: float = _LOOK_WITHIN_S) -> Chip:
    """Ask the chip for its address and the size of its flash; nothing is changed."""
    said = _esptool(port, ["flash-id"], baud=baud, timeout=timeout)
    mac, flash = _MAC.search(said), _FLASH.search(said)
    if mac is None:
        raise ChipSilent(port)
    size = int(flash[1]) << (20 if flash[2] == "MB" else 10) if flash else 0
    return Chip(mac[1], size)


def write(
    port: str,
    image: Path,
    *,
    baud: int = FAST_BAUD,
    timeout: float = _WRITE_WITHIN_S,
    on_progress: Callable[[float], None] | None = None,
) -> None:
    """Erase the whole flash, write the image, and have the chip compare checksums.

    on_progress is told how much is written, from 0 to 1.
    """

    def listen(line: str) -> None:
        if on_progress and (found := _WRITING.match(line)):
            on_progress(float(found[1]) / 100)

    arguments = ["write-flash", "--erase-all", "--flash-size", "detect", "0x0", str(image)]
    said = _esptool(port, arguments, baud=baud, timeout=timeout, on_line=listen)
    if _VERIFIED not in said:
        raise NotVerified(port)


def _esptool(
    port: str,
    arguments: Sequence[str],
    *,
    baud: int,
    timeout: float,
    on_line: Callable[[str], None] | None = None,
) -> str:
    """What esptool printed."""
    with claimed(port):
        pass  # esptool takes the lock itself
    options = ["--chip", "esp8266", "--port", port, "--baud", str(baud)]
    command = [sys.executable, "-m", "esptool", *options, *arguments]
    lines: deque[str] = deque(maxlen=_TAIL)
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        env=os.environ | {"PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1", "COLUMNS": "100"},
    ) as process:
        alarm = threading.Timer(timeout, process.kill)
        alarm.start()
        try:
            for line in process.stdout or ():
                lines.append(line.rstrip())
                if on_line:
                    on_line(line)
        except BaseException:
            process.kill()
            raise
        finally:
            alarm.cancel()
    said = "\n".join(lines)
    if process.returncode:
        raise _explained(port, said)
    return said


def _explained(port: str, said: str) -> BoardError:
    if other := re.search(r"This chip is (\S+), not ESP8266", said):
        return OtherChip(port, other[1])
    if "Could not open" in said:
        return PortBusy(port)
    if "Failed to connect" in said:
        return ChipSilent(port)
    if "will not fit" in said:
        return ImageTooLarge(port)
    if "MD5 of file does not match" in said or "written flash region is empty" in said:
        return NotVerified(port)
    if _BROKEN.search(said):
        return LineBroken(port)
    last = (said.strip().splitlines() or ["esptool gave no reason"])[-1]
    return BoardError(f"esptool failed on {port}: {last}")
