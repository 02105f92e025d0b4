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

from iotserver import children
from tests.patience import PATIENCE_S

_HOW = children.CONTEXT.get_start_method()

# Each child is told to stop before it can have done anything; one that did not hear waits for ever.
_STOPPED_AT_ONCE = """
import os, signal
import django
django.setup()
from iotserver.children import start

def ends_of_grandchildren():
    signal.signal(signal.SIGTERM, lambda *_: None)
    ends = set()
    for _ in range(100):
        pid = os.fork() or signal.pause()
        os.kill(pid, signal.SIGTERM)
        ends.add(-os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    print(*ends, flush=True)

signal.signal(signal.SIGTERM, lambda *_: None)
ends = set()
for _ in range(100):
    child = start(signal.pause, "child")
    child.terminate()
    child.join()
    ends.add(-child.exitcode)
print(*ends, flush=True)
start(ends_of_grandchildren, "child").join()
"""

_SUPERVISOR = """
import sys
from functools import partial
from multiprocessing import get_context
import django
django.setup()
from iotserver import children, supervisor
supervisor._RESTART_AFTER_S = 0.1
supervisor._STOP_WITHIN_S = float(sys.argv[3])
children.CONTEXT = get_context(sys.argv[4])
web, watcher = (partial(exec, code, {}) for code in sys.argv[1:3])
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
def supervised(
    web: str, watcher: str, stop_within_s: float = 30, how: str = _HOW
) -> Iterator[Running]:
    command = [sys.executable, "-c", _SUPERVISOR, web, watcher, str(stop_within_s), how]
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as process:
        running = Running(process)
        try:
            yield running
        finally:
            running.stop()


@pytest.mark.parametrize("how", ["fork", "spawn"])
def test_both_children_run(how: str) -> None:
    with supervised(child("web", WAIT), child("watcher", WAIT), how=how) as running:
        running.await_all("web", "watcher")
        assert running.process.poll() is None


@pytest.mark.parametrize("how", ["fork", "spawn"])
def test_a_fallen_watcher_is_started_again(how: str) -> None:
    with supervised(child("web", WAIT), child("watcher", "sys.exit(1)"), how=how) as running:
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


@pytest.mark.parametrize("how", ["fork", "spawn"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_both_and_is_a_success(number: signal.Signals, how: str) -> None:
    with supervised(child("web", WAIT), child("watcher", WAIT), how=how) as running:
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
    nobody = 2**22 + 1  # no process has this number
    begin = f"from iotserver.lifeline import tie_to; tie_to({nobody}); print('begun')"
    assert run(begin) == (1, "")


@pytest.mark.skipif(_HOW != "fork", reason="only a fork inherits how signals are treated")
def test_no_signal_meets_a_child_that_treats_it_as_its_parent_does() -> None:
    told = f"{signal.SIGTERM.value}\n"
    assert run(_STOPPED_AT_ONCE) == (0, told + told)


def run(script: str) -> tuple[int, str]:
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=env,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    return done.returncode, done.stdout
