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
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

BAUD = 115200
PATIENCE_S = 30.0
SLOWEST_BYTES_PER_S = 100  # far below what ampy needs at 115200 baud

_CHECKSUMS = """
import binascii, hashlib
for name in {names!r}:
    digest = hashlib.sha256()
    try:
        with open(name, "rb") as file:
            while True:
                piece = file.read(256)
                if not piece:
                    break
                digest.update(piece)
    except OSError:
        continue
    print(binascii.hexlify(digest.digest()).decode(), name)
"""


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


class LineBroken(BoardError):
    def __init__(self, port: str) -> None:
        super().__init__(
            f"The connection to the board on {port} broke off. Plug the cable in again (a shorter"
            " one may help) and start again: nothing on the board is broken."
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


def wake(port: str, *, baud: int = BAUD, tries: int = 3, timeout: float = PATIENCE_S) -> None:
    """Wait for MicroPython: its first start makes a file system and takes some seconds."""
    for _ in range(tries - 1):
        try:
            list_files(port, baud=baud, timeout=timeout / tries)
        except (BoardSilent, NoPrompt):
            continue
        return
    list_files(port, baud=baud, timeout=timeout)


def read_file(port: str, name: str, *, baud: int = BAUD, timeout: float = PATIENCE_S) -> bytes:
    """The exact content of one file."""
    with tempfile.TemporaryDirectory() as folder:
        # Through a file: what ampy prints is decoded and gets a line end more.
        copy = Path(folder) / "copy"
        _ampy(port, "get", _checked(name), str(copy), baud=baud, timeout=timeout)
        return copy.read_bytes()


def upload(
    port: str,
    paths: Sequence[Path] | Mapping[str, Path],
    *,
    baud: int = BAUD,
    timeout: float = PATIENCE_S,
    on_file: Callable[[str], None] | None = None,
) -> None:
    """Copy the files to the board; reset() then starts them.

    A mapping says what each is called there, `lib/sht31.py` for one in a folder; else they
    keep their own names. on_file is told each name before it is sent. main.py goes last: an
    upload that breaks off must not leave a board that starts half a program.
    """
    named = paths if isinstance(paths, Mapping) else {path.name: path for path in paths}
    order = sorted(map(_checked_path, named), key=lambda name: name == "main.py")
    for folder in _folders(order):
        _ampy(port, "mkdir", "--exists-okay", folder, baud=baud, timeout=timeout)
    for name in order:
        if on_file:
            on_file(name)
        enough = timeout + named[name].stat().st_size / SLOWEST_BYTES_PER_S
        _ampy(port, "put", str(named[name]), name, baud=baud, timeout=enough)


def checksums(
    port: str, names: Sequence[str], *, baud: int = BAUD, timeout: float = PATIENCE_S
) -> dict[str, str]:
    """The SHA-256 of those of the files that are on the board, as the board computes them."""
    names = [_checked_path(name) for name in names]
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "checksums.py"
        script.write_text(_CHECKSUMS.format(names=names))
        said = _ampy(port, "run", str(script), baud=baud, timeout=timeout)
    pairs = (line.split() for line in said.splitlines() if line.count(" ") == 1)
    return {name: digest for digest, name in pairs}


def reset(port: str, *, baud: int = BAUD, timeout: float = PATIENCE_S) -> None:
    """Restart the board as its button does, so that main.py runs."""
    _ampy(port, "reset", "--hard", baud=baud, timeout=timeout)


def _checked(name: str) -> str:
    """ampy writes names into a program for the board: quotes must not get there."""
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", name):
        raise ValueError(f"{name!r} cannot be the name of a file on a board")
    return name


def _checked_path(name: str) -> str:
    for part in name.split("/"):
        _checked(part)
    return name


def _folders(names: Sequence[str]) -> list[str]:
    """Every folder that the names need, outer ones before those in them."""
    parents = {parent.as_posix() for name in names for parent in PurePosixPath(name).parents}
    return sorted(parents - {"."})


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
    if port.startswith("/") and not Path(port).exists():
        return LineBroken(port)
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
