"""Runs the web server and the watcher side by side until told to stop."""

from __future__ import annotations

import signal
import sys
import time
from contextlib import suppress
from multiprocessing.process import BaseProcess
from types import FrameType

from iotserver.children import Work, start

_POLL_S = 0.2
_STOP_WITHIN_S = 15
_RESTART_AFTER_S = 5
_WEB, _WATCHER = "iotserver-web", "iotserver-watch"


class Supervisor:
    """Starts both children, restarts a fallen watcher, and stops both on a signal.

    A fallen web server ends everything with its exit code: systemd or the
    person at the terminal has to know.
    """

    def __init__(self, web: Work, watcher: Work) -> None:
        self._watch = watcher
        self._is_stopping = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        _raise_file_limit()
        self._web = start(web, _WEB)
        self._watcher = start(watcher, _WATCHER)
        self._restart_at = 0.0

    def run(self) -> int:
        """Block until the web server ends or a signal arrives; return the exit code."""
        while not self._is_stopping and self._web.exitcode is None:
            self._mend_watcher()
            time.sleep(_POLL_S)
        _stop(self._watcher)
        _stop(self._web)
        return 0 if self._is_stopping else self._web.exitcode or 0

    def _mend_watcher(self) -> None:
        if self._watcher.exitcode is None:
            return
        if not self._restart_at:
            self._restart_at = time.monotonic() + _RESTART_AFTER_S
        elif time.monotonic() >= self._restart_at:
            self._watcher, self._restart_at = start(self._watch, _WATCHER), 0.0

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._is_stopping = True


def _raise_file_limit() -> None:
    """Let the children have as many connections open as the system allows."""
    if sys.platform == "win32":
        return
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):  # macOS has a lower limit than it says
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _stop(child: BaseProcess) -> None:
    child.terminate()
    child.join(_STOP_WITHIN_S)
    if child.exitcode is None:
        child.kill()
        child.join()
