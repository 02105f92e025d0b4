"""Holds this process to one errand: no foreign network, no file, no other program.

An audit hook sees the address of each connection when it is made, after any look-up of
a name and any redirect, whichever library makes it and in whichever thread. It cannot be
taken off again: only the short-lived process of `alerts.outgoing.errand` closes the gate.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path
from typing import Any

from alerts.outgoing.addresses import objection

_CONNECTS = ("socket.connect", "socket.sendto", "socket.sendmsg")
_PROGRAMS = (
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.fork",
    "os.forkpty",
    "pty.spawn",
)
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class NotAllowed(PermissionError):
    """Something beyond the errand was tried. The message says what to do about it."""


class Gate:
    """What one process may do. `refusal` keeps the first thing it was refused on the network."""

    def __init__(self, *, is_in_house: bool) -> None:
        self.refusal = ""
        self._is_in_house = is_in_house
        self._readable = _readable()

    def close(self) -> None:
        """From now on hold this process, and every thread of it, to what is allowed."""
        sys.addaudithook(self.look)

    def look(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Judge one event of Python's auditing; raise `NotAllowed` to prevent it."""
        if event in _CONNECTS:
            self._check_address(arguments[1])
        elif event == "open":
            self._check_file(*arguments)
        elif event in _PROGRAMS:
            raise NotAllowed("Sending a message starts no other program.")

    def _check_address(self, address: Any) -> None:
        if address is None:
            return  # a datagram of a socket whose address was checked when it connected
        if not isinstance(address, tuple):
            found = "Messages go over the network, not to programs of this machine."
        else:
            found = objection(str(address[0]), is_in_house=self._is_in_house)
        if found:
            self.refusal = self.refusal or found
            raise NotAllowed(found)

    def _check_file(self, path: Any, mode: Any, flags: Any) -> None:
        if isinstance(path, int) or str(path) == os.devnull:
            return
        # Not resolved: a link in an environment leads to a Python outside of it.
        place = os.path.abspath(os.fsdecode(path))  # noqa: PTH100
        if (flags or 0) & _WRITES or not place.startswith(self._readable):
            raise NotAllowed("Sending a message reads and writes no files.")


def _readable() -> tuple[str, ...]:
    """Return where Python, its libraries and the system's tables lie."""
    own = {sys.prefix, sys.base_prefix, *sysconfig.get_paths().values()}
    system = {"/usr/share", "/usr/lib", "/etc/ssl", "/etc/pki", "/etc/mime.types", "/etc/localtime"}
    code = str(Path(__file__).resolve().parent)
    return tuple(sorted({*own, *system, code, "/dev/urandom"}))
