"""The real MicroPython behind a pseudo-terminal, as if it were a board on USB.

    with PtyBoard(folder) as board:      # the folder is the board's whole disk
        list_files(board.port)

    loader = BootLoader(FlashMemory(file), mac="5c:cf:7f:0a:1b:2c")
    with PtyBoard(folder, loader) as board: ...   # a board as it comes from the shop

MicroPython for computers speaks the same raw REPL that upload tools use. Three
things differ from a board, and this bridge makes up for them: it ends where a
board restarts (Ctrl-D, machine.reset()), so the bridge starts it again, says
"soft reboot" as a board does, and returns to raw mode if the tool was in it;
its disk is the computer's, so its first deed is to mount the folder in place of
that; and it has no boot loader, so the bridge asks a simulated one.

No line resets a pseudo-terminal. esptool's first frame stands in for the reset
into the boot loader, and the first bytes outside a frame for the reset out of it.
What the loader erases takes the disk with it; a board with an empty flash is dumb.

After power-on and machine.reset() main.py runs. What its fake sensor and radio
find is in the folder `world`: `set_temperature()`, `set_wifi()`.
"""

from __future__ import annotations

import os
import pty
import select
import shutil
import signal
import subprocess
import termios
import threading
import tty
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from tests.board.boot_loader import END, BootLoader
from tests.board.serial_line import SerialLine
from tests.board.virtual_board import FAKES, micropython_path
from tests.patience import PATIENCE_S

RAW, FRIENDLY = b"\x01", b"\x02"
PROMPT = b">>> "
STARTED = b"MPY: main.py"  # says START
RESET_STATUSES = (3, -signal.SIGUSR1)  # with which machine.reset() ends the process
SYNC_START = b"\xc0\x00\x08"  # of the frame with which esptool begins

START = """
import sys
sys.path.insert(0, {fakes!r})
import os
fakes = [__import__(name[:-3]) for name in os.listdir({fakes!r}) if name.endswith(".py")]
world = os.VfsPosix({world!r})
os.umount("/")
os.mount(os.VfsPosix({disk!r}), "/")
os.chdir("/")
sys.path[:] = ["", ".frozen"]
for fake in fakes:
    fake.open = lambda name, mode="r": world.open("/" + name, mode)
if sys.argv[1] == "hard" and "main.py" in os.listdir("/"):
    print("MPY: main.py")
    try:
        import main
    except SystemExit:  # of machine.reset(); at the prompt it ends the process by itself
        os.system("kill -USR1 $PPID")
"""


class PtyBoard:
    def __init__(self, disk: Path, loader: BootLoader | None = None) -> None:
        disk.mkdir(parents=True, exist_ok=True)
        self.disk = disk
        self.loader = loader
        self.resets = 0
        self.unplug_after = 0  # bytes of flash data; 0 is never
        self.unplug_when = ""  # a file of this name is on the disk
        self.before_start: Callable[[Path], object] | None = None  # may change the disk
        self._erasures = 0
        self._changed = threading.Condition()
        self._console = b""
        self._world = disk.with_name(disk.name + "-world")
        self._world.mkdir(exist_ok=True)
        self.set_temperature(21.5)
        self.set_wifi(True)
        self._script = disk.with_name(disk.name + "-start.py")
        self._script.write_text(
            START.format(fakes=str(FAKES), disk=str(disk), world=str(self._world))
        )
        self._mode = FRIENDLY
        self._line = SerialLine(disk.with_name(disk.name + "-tty"))
        self._wake, self._stop = os.pipe()
        self._process: subprocess.Popen[bytes] | None = None
        self._is_in_loader = False
        self._power_on("hard")
        self._thread = threading.Thread(target=self._pump, daemon=True)
        self._thread.start()

    @property
    def port(self) -> str:
        return str(self._line.port)

    @property
    def console(self) -> str:
        """Everything that programs have printed since the last hard reset."""
        with self._changed:
            return self._console.decode(errors="replace")

    def set_temperature(self, temperature: float | str) -> None:
        (self._world / "temperature").write_text(str(temperature))

    def set_wifi(self, is_up: bool) -> None:
        (self._world / "wifi").write_text("up" if is_up else "down")

    def wait_for_reset(self) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.resets, PATIENCE_S), "no reset"

    def wait_for(self, text: str) -> None:
        """Until a program has printed this, since the last hard reset."""
        with self._changed:
            found = self._changed.wait_for(lambda: text.encode() in self._console, PATIENCE_S)
            assert found, f"no {text!r} on the console: {self._console!r}"

    def plug_in(self) -> None:
        """Put the cable back, under the same name: the board starts anew."""
        self._end_thread()
        self._power_off()
        self.unplug_after, self.unplug_when = 0, ""
        self._line.plug_in()
        self._power_on("hard")
        self._thread = threading.Thread(target=self._pump, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._end_thread()
        self._power_off()
        self._line.unplug()
        os.close(self._wake)
        os.close(self._stop)

    def __enter__(self) -> PtyBoard:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _end_thread(self) -> None:
        os.write(self._stop, b"x")
        self._thread.join()
        os.read(self._wake, 1)

    def _power_on(self, kind: str) -> None:
        """Start the program in the flash, if there is one: kind is `hard` or `soft`."""
        self._is_in_loader = False
        self._waiting = b""
        if self.loader is not None and self.loader.flash.is_empty:
            return
        if kind == "hard" and self.before_start is not None:
            self.before_start(self.disk)
        self._inside, terminal = _interruptible_terminal()
        # Opened by a leader of a session without one, the terminal becomes its own: only
        # so Ctrl-C interrupts a running program.
        shell = 'exec "$0" -i "$1" "$2" <>"$3" >&0 2>&1'
        program = [str(micropython_path()), str(self._script), kind, os.ttyname(terminal)]
        self._process = subprocess.Popen(["sh", "-c", shell, *program], start_new_session=True)
        self._terminal: int | None = terminal  # ours until the program has opened it
        self._greeting = b""
        self._is_ready = False

    def _power_off(self) -> None:
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        self._process = None
        self._let_go_of_terminal()
        os.close(self._inside)

    def _let_go_of_terminal(self) -> None:
        """From now on it ends with the program, and reading from it says so."""
        if self._terminal is not None:
            os.close(self._terminal)
            self._terminal = None

    def _pump(self) -> None:
        while True:
            sources = [self._wake]
            if self._line.is_plugged:
                sources.append(self._line.outside)
            if self._process is not None:
                sources.append(self._inside)
            ready, _, _ = select.select(sources, [], [])
            if self._wake in ready:
                return
            if self._process is not None and self._inside in ready:
                self._from_board()
            if self._line.is_plugged and self._line.outside in ready:
                self._from_tool(self._line.read())

    def _from_tool(self, data: bytes) -> None:
        if self.loader is not None and data.startswith(SYNC_START):
            self._power_off()
            self.loader.reset()
            self._is_in_loader = True
        if self._is_in_loader:
            self._to_loader(data)
        else:
            self._to_board(data)

    def _to_loader(self, data: bytes) -> None:
        assert self.loader is not None
        if not self.loader.is_in_frame and data[:1] != END:
            self._power_on("hard")
            self._to_board(data)
            return
        self._line.write(self.loader.receive(data))
        if self.loader.erasures > self._erasures:
            self._erasures = self.loader.erasures
            shutil.rmtree(self.disk)
            self.disk.mkdir()
        if self.unplug_after and self.loader.bytes_of_data >= self.unplug_after:
            self._line.unplug()
        elif self.loader.has_left:
            self._power_on("hard")

    def _to_board(self, data: bytes) -> None:
        if self._process is None:
            return
        # Until the prompt, or main.py's first words, the tool has to wait: its Ctrl-C
        # would come before the folder is mounted.
        if not self._is_ready:
            self._waiting += data
            return
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
            self._let_go_of_terminal()
            with self._changed:
                self._console += data
                self._changed.notify_all()
            self._line.write(data)
            self._look_for_prompt(data)
            if self.unplug_when and (self.disk / self.unplug_when).exists():
                self._line.unplug()

    def _look_for_prompt(self, data: bytes) -> None:
        if self._is_ready:
            return
        self._greeting += data
        is_at_prompt = PROMPT in self._greeting
        if is_at_prompt or STARTED in self._greeting:
            self._is_ready = True
            if self._mode == RAW and is_at_prompt:
                os.write(self._inside, RAW)
            self._to_board(self._waiting)

    def _restart(self) -> None:
        assert self._process is not None
        status = self._process.wait()
        self._power_off()
        self._line.write(b"MPY: soft reboot\r\n")
        is_hard = status in RESET_STATUSES
        if is_hard:
            self._mode = FRIENDLY
        with self._changed:
            self.resets += is_hard
            self._console = b"" if is_hard else self._console
            self._changed.notify_all()
        self._power_on("hard" if is_hard else "soft")


def _interruptible_terminal() -> tuple[int, int]:
    """A terminal like a serial line, without echo and translation, but for Ctrl-C."""
    inside, terminal = pty.openpty()
    tty.setraw(terminal)
    modes = termios.tcgetattr(terminal)
    modes[3] |= termios.ISIG | termios.NOFLSH
    modes[6][termios.VQUIT] = modes[6][termios.VSUSP] = b"\0"
    termios.tcsetattr(terminal, termios.TCSANOW, modes)
    return inside, terminal
