"""The one door to a board on a serial port; behind it works ampy.

ampy runs as a process of its own, not as a library: it waits without limit for
a board that is silent, and only a process can be ended. Everything that goes
wrong arrives as a BoardError whose text tells the user what to do next.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

BAUD = 115200
PATIENCE_S = 30.0
SLOWEST_BYTES_PER_S = 100  # far below what ampy needs at 115200 baud


class BoardError(Exception):
    """Something went wrong on the way to the board."""


class PortMissing(BoardError):
    def __init__(self, port: str) -> None:
        super().__init__(f"There is no port {port}. Plug the board in and look up its port's name.")


class PortForbidden(BoardError):
    def __init__(self, port: str) -> None:
        super().__init__(
            f"You may not use {port}. Add yourself to its group (often dialout) and log in again."
        )


class PortBusy(BoardError):
    def __init__(self, port: str) -> None:
        super().__init__(
            f"Another program is using {port}. Close serial monitors and editors, then try again."
        )


class BoardSilent(BoardError):
    def __init__(self, port: str) -> None:
        super().__init__(
            f"No MicroPython answers on {port}. Press the board's reset button and try again;"
            " if that does not help, check that the USB cable carries data,"
            " and put MicroPython on the board."
        )


class NoPrompt(BoardError):
    def __init__(self, port: str) -> None:
        super().__init__(
            f"The board on {port} does not stop for MicroPython's prompt. Press its reset"
            " button and try again; if that does not help, put MicroPython on it anew."
        )


class FileMissing(BoardError):
    def __init__(self, name: str) -> None:
        super().__init__(f"There is no file {name} on the board. Upload the station's files first.")


class BoardFull(BoardError):
    def __init__(self, port: str) -> None:
        super().__init__(f"The board on {port} has no room left. Delete files it does not need.")


def list_files(port: str, *, baud: int = BAUD, timeout: float = PATIENCE_S) -> list[str]:
    """The names of the files on the board."""
    listing = _ampy(port, "ls", baud=baud, timeout=timeout)
    return [line.strip().lstrip("/") for line in listing.splitlines() if line.strip()]


def read_file(port: str, name: str, *, baud: int = BAUD, timeout: float = PATIENCE_S) -> bytes:
    """The exact content of one file."""
    with tempfile.TemporaryDirectory() as folder:
        # Through a file: what ampy prints is decoded and gets a line end more.
        copy = Path(folder) / "copy"
        _ampy(port, "get", _checked(name), str(copy), baud=baud, timeout=timeout)
        return copy.read_bytes()


def upload(
    port: str,
    paths: Sequence[Path],
    *,
    baud: int = BAUD,
    timeout: float = PATIENCE_S,
    on_file: Callable[[str], None] | None = None,
) -> None:
    """Copy the files to the board under their own names; reset() then starts them.

    on_file is told each name before it is sent. main.py goes last: an upload
    that breaks off must not leave a board that starts half a program.
    """
    names = {path: _checked(path.name) for path in paths}
    for path in sorted(paths, key=lambda path: path.name == "main.py"):
        if on_file:
            on_file(names[path])
        enough = timeout + path.stat().st_size / SLOWEST_BYTES_PER_S
        _ampy(port, "put", str(path), names[path], baud=baud, timeout=enough)


def reset(port: str, *, baud: int = BAUD, timeout: float = PATIENCE_S) -> None:
    """Restart the board as its button does, so that main.py runs."""
    _ampy(port, "reset", "--hard", baud=baud, timeout=timeout)


def _checked(name: str) -> str:
    """ampy writes names into a program for the board: quotes must not get there."""
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", name):
        raise ValueError(f"{name!r} cannot be the name of a file on a board")
    return name


def _ampy(port: str, *arguments: str, baud: int, timeout: float) -> str:
    """What ampy printed."""
    options = ["--port", port, "--baud", str(baud)]
    command = [sys.executable, "-m", "ampy.cli", *options, *arguments]
    try:
        with claimed(port):
            done = _run(command, timeout)
    except subprocess.TimeoutExpired:
        raise BoardSilent(port) from None
    if done.returncode:
        raise _explained(port, arguments, done.stderr)
    return done.stdout


def _run(command: Sequence[str], timeout: float) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=timeout,
        check=False,
    )


def _explained(port: str, arguments: Sequence[str], stderr: str) -> BoardError:
    if "could not enter raw repl" in stderr:
        return NoPrompt(port)
    if "failed to access" in stderr or "multiple access on port" in stderr:
        return PortBusy(port)
    if "No such file" in stderr:
        return FileMissing(arguments[1])
    if "ENOSPC" in stderr:
        return BoardFull(port)
    last = (stderr.strip().splitlines() or ["ampy gave no reason"])[-1]
    return BoardError(f"ampy {arguments[0]} failed on {port}: {last}")


@contextmanager
def claimed(port: str) -> Iterator[None]:
    """Keeps other programs off the port, and tells why when that cannot be."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    try:
        handle = os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    except FileNotFoundError:
        raise PortMissing(port) from None
    except PermissionError:
        raise PortForbidden(port) from None
    except OSError:
        raise PortBusy(port) from None
    try:
        # The lock that serial terminals take too.
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise PortBusy(port) from None
    finally:
        os.close(handle)
