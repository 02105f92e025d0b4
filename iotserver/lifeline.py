"""Ties a process to its parent: it is told to stop when that one dies, whatever it died of.

Without it a supervisor that was killed outright leaves the web server holding the
port and the watcher watching. It is the kernel that keeps the promise. Linux only;
elsewhere children are as they are.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def tie_to(parent: int) -> None:
    """Let this process get SIGTERM when the parent is gone; end it where that one is already."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != parent:
        sys.exit("The supervisor was gone before its child began.")
