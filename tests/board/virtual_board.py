"""A station without the hardware: the shipped firmware under the real MicroPython.

    board = start_board(tmp_path, server="http://127.0.0.1:8000", api_key="...",
                        mac="a0:b1:c2:d3:e4:f5", interval=0.5, temperature=21.5, field=1)
    board.wait_for("sent")           # a line of the console, or AssertionError
    board.set_temperature(22.25)     # or "missing", "wrong", "stuck"
    board.set_wifi(False)
    board.console                    # everything printed so far
    board.stop()                     # also a context manager

The firmware files run unmodified; only the modules `machine` and `network` are
replaced by the fakes next to this file.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sysconfig
import threading
import time
from pathlib import Path
from types import TracebackType

from tests.patience import PATIENCE_S

FIRMWARE = Path(__file__).parents[2] / "firmware" / "micropython"
FAKES = Path(__file__).parent / "fakes"
PASSWORD = "wifi-password-of-the-test"


def micropython_path() -> Path:
    """The real MicroPython for computers, where its package puts it."""
    path = Path(sysconfig.get_path("scripts")) / "micropython"
    if not path.exists():
        raise FileNotFoundError(f"{path}: install requirements-dev.txt")
    return path


def environment() -> dict[str, str]:
    """What MicroPython is started with, in a folder that prepare() made."""
    return {**os.environ, "MICROPYPATH": "fakes:.frozen"}


def prepare(
    folder: Path,
    *,
    server: str,
    api_key: str,
    mac: str = "a0:b1:c2:d3:e4:f5",
    interval: float = 0.2,
    temperature: float | str = 21.5,
    field: int = 1,
    sensor: str = "MCP9808",
    boot: str = "",
) -> None:
    """Firmware, fakes, the world and a filled-in config.py in one folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for source in FIRMWARE.glob("*.py"):
        shutil.copy(source, folder)
    # Apart from the firmware: what lies beside it counts to its version.
    shutil.copytree(FAKES, folder / "fakes", dirs_exist_ok=True)
    (folder / "temperature").write_text(str(temperature))
    (folder / "wifi").write_text("up")
    (folder / "boot.py").write_text(boot)
    settings = {
        "API_KEY": api_key,
        "MAC_ADDRESS": mac,
        "SSID": "home",
        "WIFI_PASSWORD": PASSWORD,
        "SERVER": server,
        "SENSOR": sensor,
        "FIELD": field,
        "INTERVAL": interval,
    }
    with (folder / "config.py").open("a") as file:
        file.writelines(f"{name} = {value!r}\n" for name, value in settings.items())


def start_board(
    folder: Path,
    *,
    server: str,
    api_key: str,
    mac: str = "a0:b1:c2:d3:e4:f5",
    interval: float = 0.2,
    temperature: float | str = 21.5,
    field: int = 1,
    sensor: str = "MCP9808",
    boot: str = "",
    heap: str = "2M",
) -> VirtualBoard:
    """A board that has just got power.

    mac="" asks the (fake) radio; boot is the text of boot.py, which MicroPython
    runs before main.py; heap is MicroPython's memory ("36wK" = the ESP8266's).
    """
    prepare(
        folder,
        server=server,
        api_key=api_key,
        mac=mac,
        interval=interval,
        temperature=temperature,
        field=field,
        sensor=sensor,
        boot=boot,
    )
    return VirtualBoard(folder, heap=heap)


class VirtualBoard:
    """A running MicroPython with main.py, in a folder that prepare() made."""

    def __init__(self, folder: Path, *, heap: str = "2M") -> None:
        self.folder = folder
        self._lines: list[str] = []
        self._printed = threading.Condition()
        self._read_up_to = 0
        self._ended = False
        self._process = subprocess.Popen(
            [micropython_path(), "-X", f"heapsize={heap}", "-c", "import boot, main"],
            cwd=folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._add(line.rstrip("\r\n"))
        with self._printed:
            self._ended = True
            self._printed.notify_all()

    def _add(self, line: str) -> None:
        with self._printed:
            self._lines.append(line)
            self._printed.notify_all()

    @property
    def console(self) -> str:
        with self._printed:
            return "\n".join(self._lines)

    def wait_for(self, text: str) -> str:
        """The next console line with this text, after those already waited for."""
        deadline = time.monotonic() + PATIENCE_S
        with self._printed:
            while True:
                while self._read_up_to < len(self._lines):
                    line = self._lines[self._read_up_to]
                    self._read_up_to += 1
                    if text in line:
                        return line
                left = deadline - time.monotonic()
                if self._ended or left <= 0:
                    raise AssertionError(f"no {text!r} on the console:\n" + "\n".join(self._lines))
                self._printed.wait(left)

    def set_temperature(self, temperature: float | str) -> None:
        self._write("temperature", str(temperature))

    def set_wifi(self, is_up: bool) -> None:
        self._write("wifi", "up" if is_up else "down")

    def _write(self, name: str, text: str) -> None:
        # Replaced in one step: the board must never read half a file.
        new = self.folder / f"{name}.new"
        new.write_text(text)
        new.replace(self.folder / name)

    def press_ctrl_c(self) -> None:
        self._process.send_signal(signal.SIGINT)

    def wait_until_ended(self) -> int:
        """The exit status: 0 = back at the prompt, 3 = machine.reset()."""
        status = self._process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        return status

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def __enter__(self) -> VirtualBoard:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
