"""Runs a command that is told to stop when its parent dies, whatever the parent died of.

    python -m iotserver.lifeline PARENT_PID COMMAND...

Without it a supervisor that was killed outright leaves the web server holding the
port and the watcher watching. The kernel's promise outlives `exec`, so the command
needs to know nothing of it. Linux only; elsewhere children are started as they are.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

_PR_SET_PDEATHSIG = 1


def tied_to_me(command: Sequence[str]) -> list[str]:
    """Return a command that does the same, and gets SIGTERM when this process is gone."""
    if sys.platform != "linux":
        return list(command)
    return [sys.executable, "-m", "iotserver.lifeline", str(os.getpid()), *command]


def main() -> None:
    parent, command = int(sys.argv[1]), sys.argv[2:]
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != parent:
        sys.exit("The supervisor was gone before its child began.")
    os.execvp(command[0], command)  # noqa: S606  (the supervisor's own command)


if __name__ == "__main__":
    main()
