"""Runs the web server and the watcher side by side until told to stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType

from django.conf import settings

from iotserver.lifeline import tied_to_me

_POLL_S = 0.2
_STOP_WITHIN_S = 15
_RESTART_AFTER_S = 5


def web_command() -> list[str]:
    """Return the web server's command line: gunicorn, or waitress where it cannot run."""
    if sys.platform == "win32":
        listen = f"--listen={settings.HOST}:{settings.PORT}"
        return [sys.executable, "-m", "waitress", listen, "iotserver.wsgi:application"]
    config = str(settings.BASE_DIR / "deploy" / "gunicorn.conf.py")
    return [sys.executable, "-m", "gunicorn", "--config", config]


def watcher_command() -> list[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), "watch"]


class Supervisor:
    """Starts both children, restarts a fallen watcher, and stops both on a signal.

    A fallen web server ends everything with its exit code: systemd or the
    person at the terminal has to know.
    """

    def __init__(self, web: Sequence[str], watcher: Sequence[str]) -> None:
        self._watcher_command = watcher
        self._is_stopping = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        _raise_file_limit()
        self._web = _start(web)
        self._watcher = _start(watcher)
        self._restart_at = 0.0

    def run(self) -> int:
        """Block until the web server ends or a signal arrives; return the exit code."""
        while not self._is_stopping and self._web.poll() is None:
            self._mend_watcher()
            time.sleep(_POLL_S)
        _stop(self._watcher)
        _stop(self._web)
        return 0 if self._is_stopping else self._web.returncode

    def _mend_watcher(self) -> None:
        if self._watcher.poll() is None:
            return
        if not self._restart_at:
            self._restart_at = time.monotonic() + _RESTART_AFTER_S
        elif time.monotonic() >= self._restart_at:
            self._watcher, self._restart_at = _start(self._watcher_command), 0.0

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


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start a child that Ctrl-C does not reach: the supervisor stops it in order.

    Only when the supervisor itself was killed the kernel does it.
    """
    environment = os.environ | {"HOST": settings.HOST, "PORT": str(settings.PORT)}
    return subprocess.Popen(
        tied_to_me(command), cwd=settings.BASE_DIR, env=environment, start_new_session=True
    )


def _stop(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(_STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
