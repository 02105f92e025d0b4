"""One end of a USB cable: a pseudo-terminal that tools open as a board's serial port.

A pseudo-terminal has no DTR and RTS, by which real tools reset a real board. esptool says so
and goes on; what stands in for the two lines is told in `pty_board`.
"""

from __future__ import annotations

import os
import pty
import select
import tty
from pathlib import Path

_NOBODY_AFTER_S = 1.0


class SerialLine:
    """`port` keeps its name when the cable is pulled and plugged in again."""

    def __init__(self, port: Path) -> None:
        self.port = port
        self._is_heard = True
        self.plug_in()

    def plug_in(self) -> None:
        # The end we keep open ourselves: the port outlives each visit of a tool.
        self.outside, self._port_end = pty.openpty()
        tty.setraw(self._port_end)
        os.set_blocking(self.outside, False)
        self.port.symlink_to(os.ttyname(self._port_end))
        self.is_plugged = True

    def unplug(self) -> None:
        """Pull the cable: a tool in the middle of something gets an I/O error."""
        if self.is_plugged:
            self.is_plugged = False
            self.port.unlink()
            os.close(self.outside)
            os.close(self._port_end)

    def read(self) -> bytes:
        try:
            return os.read(self.outside, 4096)
        except BlockingIOError:
            return b""

    def write(self, data: bytes) -> None:
        """Send to whoever has the port open; what nobody reads is lost, as on a real line."""
        while data and self.is_plugged:
            patience = _NOBODY_AFTER_S if self._is_heard else 0
            _, free, _ = select.select([], [self.outside], [], patience)
            self._is_heard = bool(free)
            if not free:
                return
            data = data[os.write(self.outside, data) :]
