"""Real children under a real supervisor. Each tells its story through the pipe they share."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.patience import PATIENCE_S

_SUPERVISOR = """
import sys
import django
django.setup()
from iotserver import supervisor
supervisor._RESTART_AFTER_S = 0.1
supervisor._STOP_WITHIN_S = float(sys.argv[3])
web, watcher = ([sys.executable, "-c", code] for code in sys.argv[1:3])
sys.exit(supervisor.Supervisor(web, watcher).run())
"""


def child(name: str, then: str) -> str:
    """Return a child that says its name once a signal may come, then does `then`."""
    return (
        "import os, signal, sys, time\n"
        "signal.alarm(120)\n"  # none outlives a test that failed
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\n"
        f"os.write(1, b'{name}\\n')\n{then}"  # in one piece, for others write there too
    )


WAIT = "signal.pause()"
STUBBORN = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nos.write(1, b'deaf\\n')\ntime.sleep(600)"


class Running:
    """A supervisor and the lines that it and its children print."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.put(line.strip())
        self._lines.put("")  # the last that held the pipe is gone

    def next(self) -> str:
        return self._lines.get(timeout=PATIENCE_S)

    def await_all(self, *names: str) -> None:
        """Wait until each of these was said, in whatever order."""
        missing = set(names)
        while missing:
            missing.discard(self.next())

    def end(self) -> int:
        """Wait until the supervisor and every child are gone; return its exit code."""
        while self.next():
            pass
        return self.process.wait(PATIENCE_S)

    def stop(self) -> None:
        """Leave nobody who prints, and nobody who reads the pipe that is closed next."""
        if self.process.poll() is None:
            self.process.terminate()
        self._reader.join(PATIENCE_S)


@contextmanager
def supervised(web: str, watcher: str, stop_within_s: float = 30) -> Iterator[Running]:
    command = [sys.executable, "-c", _SUPERVISOR, web, watcher, str(stop_within_s)]
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as process:
        running = Running(process)
        try:
            yield running
        finally:
            running.stop()


def test_both_children_run() -> None:
    with supervised(child("web", WAIT), child("watcher", WAIT)) as running:
        running.await_all("web", "watcher")
        assert running.process.poll() is None


def test_a_fallen_watcher_is_started_again() -> None:
    with supervised(child("web", WAIT), child("watcher", "sys.exit(1)")) as running:
        for _ in range(3):
            running.await_all("watcher")
        assert running.process.poll() is None


def test_a_fallen_web_server_ends_everything_with_its_code() -> None:
    fall = child("web", "sys.exit(3)")
    with supervised(fall, child("watcher", WAIT)) as running:
        assert running.end() == 3


def test_a_web_server_that_was_killed_is_no_success() -> None:
    fall = child("web", "os.kill(os.getpid(), signal.SIGKILL)")
    with supervised(fall, child("watcher", WAIT)) as running:
        assert running.end() != 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_both_and_is_a_success(number: signal.Signals) -> None:
    with supervised(child("web", WAIT), child("watcher", WAIT)) as running:
        running.await_all("web", "watcher")
        running.process.send_signal(number)
        assert running.end() == 0


def test_a_child_that_hears_no_signal_is_killed() -> None:
    with supervised(child("web", WAIT), child("watcher", STUBBORN), 0.2) as running:
        running.await_all("web", "deaf")
        running.process.terminate()
        assert running.end() == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of a death")
def test_a_supervisor_that_was_killed_leaves_no_child_behind() -> None:
    with supervised(child("web", WAIT), child("watcher", WAIT)) as running:
        running.await_all("web", "watcher")
        running.process.kill()
        assert running.end() == -signal.SIGKILL  # the pipe that all three share is closed


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of a death")
def test_a_child_whose_supervisor_died_before_it_began_does_not_begin() -> None:
    nobody = str(2**22 + 1)  # no process has this number
    command = [sys.executable, "-m", "iotserver.lifeline", nobody, "echo", "begun"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
