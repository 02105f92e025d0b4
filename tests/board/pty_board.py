"""The real MicroPython behind a pseudo-terminal, as if it were a board on USB.

    with PtyBoard(folder) as board:      # the folder is the board's whole disk
        list_files(board.port)

MicroPython for computers speaks the same raw REPL that upload tools use. Two
things differ from a board, and this bridge makes up for them: it ends where a
board restarts (Ctrl-D, machine.reset()), so the bridge starts it again, says
"soft reboot" as a board does, and returns to raw mode if the tool was in it;
and its disk is the computer's, so its first deed is to mount the folder in
place of that.
"""

from __future__ import annotations

import os
import pty
import select
import subprocess
import threading
import tty
from pathlib import Path
from types import TracebackType

from tests.board.virtual_board import FAKES, micropython_path

RAW, FRIENDLY = b"\x01", b"\x02"
PROMPT = b">>> "
RESET_STATUS = 3  # with which the fake machine.reset() ends the process

START = """
import sys
sys.path.insert(0, {fakes!r})
import machine
import os
os.umount("/")
os.mount(os.VfsPosix({disk!r}), "/")
os.chdir("/")
sys.path[:] = ["", ".frozen"]
"""


class PtyBoard:
    def __init__(self, disk: Path) -> None:
        disk.mkdir(parents=True, exist_ok=True)
        self.disk = disk
        self.resets = 0
        self._changed = threading.Condition()
        self._script = disk.with_name(disk.name + "-start.py")
        self._script.write_text(START.format(fakes=str(FAKES), disk=str(disk)))
        self._mode = FRIENDLY
        # The end we keep open ourselves: the port outlives each visit of a tool.
        self._outside, self._port_end = pty.openpty()
        tty.setraw(self._port_end)
        self.port = os.ttyname(self._port_end)
        self._wake, self._stop = os.pipe()
        self._power_on()
        self._thread = threading.Thread(target=self._pump, daemon=True)
        self._thread.start()

    def wait_for_reset(self, timeout: float = 20) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.resets, timeout), "no reset"

    def close(self) -> None:
        os.write(self._stop, b"x")
        self._thread.join()
        self._process.kill()
        self._process.wait()
        for end in (self._inside, self._outside, self._port_end, self._wake, self._stop):
            os.close(end)

    def __enter__(self) -> PtyBoard:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _power_on(self) -> None:
        self._inside, terminal = pty.openpty()
        tty.setraw(terminal)  # no echo, no translation, as on a serial line
        self._process = subprocess.Popen(
            [micropython_path(), "-i", str(self._script)],
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            start_new_session=True,
        )
        os.close(terminal)
        self._greeting = b""
        self._is_ready = False

    def _pump(self) -> None:
        while True:
            # Until the first prompt the tool has to wait: its Ctrl-C would come
            # before the folder is mounted.
            sources = [self._inside, self._wake, *([self._outside] if self._is_ready else [])]
            ready, _, _ = select.select(sources, [], [])
            if self._wake in ready:
                return
            if self._outside in ready:
                self._to_board(os.read(self._outside, 4096))
            if self._inside in ready:
                self._from_board()

    def _to_board(self, data: bytes) -> None:
        for byte in data:
            if bytes([byte]) in (RAW, FRIENDLY):
                self._mode = bytes([byte])
        os.write(self._inside, data)

    def _from_board(self) -> None:
        try:
            data = os.read(self._inside, 4096)
        except OSError:  # EIO: the process is gone
            self._restart()
        else:
            self._look_for_prompt(data)
            os.write(self._outside, data)

    def _look_for_prompt(self, data: bytes) -> None:
        if self._is_ready:
            return
        self._greeting += data
        if PROMPT in self._greeting:
            self._is_ready = True
            if self._mode == RAW:
                os.write(self._inside, RAW)

    def _restart(self) -> None:
        os.close(self._inside)
        os.write(self._outside, b"MPY: soft reboot\r\n")
        if self._process.wait() == RESET_STATUS:
            self._mode = FRIENDLY
            with self._changed:
                self.resets += 1
                self._changed.notify_all()
        self._power_on()
