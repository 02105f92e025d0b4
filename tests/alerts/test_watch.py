"""`manage.py watch`: the loop around the rounds, and a real process of it."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import OperationalError
from pytest_django import Settings

from alerts.management.commands import watch as command
from alerts.watcher import Watcher
from tests.patience import PATIENCE_S
from tests.serving import wait_until
from upkeep import running

_MANAGE = [sys.executable, str(settings.BASE_DIR / "manage.py")]

needs_flock = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no flock")


class ScriptedWatcher(Watcher):
    """Does what each round's script says; the loop ends after the last."""

    def __init__(self, stop: SimpleQueue[int], *rounds: Callable[[], None]) -> None:
        super().__init__()
        self._stop, self._script = stop, list(rounds)
        self.tidied = 0

    def round(self) -> None:
        step = self._script.pop(0)
        if not self._script:
            self._stop.put(signal.SIGTERM)
        step()

    def tidy(self) -> None:
        self.tidied += 1


def _fine() -> None:
    pass


def _broken() -> None:
    raise OperationalError("database or disk is full")


@pytest.fixture
def stop(monkeypatch: pytest.MonkeyPatch) -> SimpleQueue[int]:
    monkeypatch.setattr(command, "_ROUND_S", 0)
    monkeypatch.setattr(command, "connection", SimpleNamespace(close=_fine))
    return SimpleQueue()


def _watch(stop: SimpleQueue[int], *rounds: Callable[[], None]) -> ScriptedWatcher:
    watcher = ScriptedWatcher(stop, *rounds)
    command.watch(watcher, stop)
    return watcher


def test_it_goes_on_after_a_database_error(stop: SimpleQueue[int]) -> None:
    done: list[str] = []
    _watch(stop, _broken, lambda: done.append("next round"))
    assert done == ["next round"]


def test_it_logs_a_database_error(stop: SimpleQueue[int], caplog: pytest.LogCaptureFixture) -> None:
    _watch(stop, _broken)
    assert "The watcher's round failed; trying again" in caplog.text
    assert "database or disk is full" in caplog.text


def test_it_drops_a_connection_that_failed(
    stop: SimpleQueue[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[str] = []
    connection = SimpleNamespace(close=lambda: closed.append("connection"))
    monkeypatch.setattr(command, "connection", connection)
    _watch(stop, _broken)
    assert closed == ["connection"]


def test_it_tidies_once_a_day_not_once_a_round(stop: SimpleQueue[int]) -> None:
    assert _watch(stop, _fine, _fine, _fine).tidied == 1


def test_it_tidies_after_the_first_round_that_works(stop: SimpleQueue[int]) -> None:
    assert _watch(stop, _broken, _broken, _fine).tidied == 1


def test_at_its_end_everything_is_told_before_anything_is_waited_for(
    stop: SimpleQueue[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    story: list[str] = []

    class Beside:
        def __init__(self, *_: object) -> None: ...

        def __enter__(self) -> Beside:
            return self

        def __exit__(self, *_: object) -> None:
            story.append("waited for")

        def stop(self) -> None:
            story.append("told")

        def wake(self) -> None: ...

    for name in ("Scheduler", "Background", "Courier"):
        monkeypatch.setattr(command, name, Beside)
    monkeypatch.setattr(command, "Watcher", lambda: ScriptedWatcher(stop, _fine))
    command.work(stop)
    assert story == ["told"] * 3 + ["waited for"] * 3


@pytest.fixture
def claimed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> Iterator[list[int]]:
    """What this process has claimed of a data folder of its own: first, a watcher's place."""
    held: list[int] = []
    monkeypatch.setattr(running, "_held", held)
    settings.DATA_DIR = tmp_path
    running.hold_as_watcher()
    yield held
    for descriptor in held:
        os.close(descriptor)


@needs_flock
def test_a_second_watcher_says_so_and_ends_when_told_to(
    claimed: list[int], stop: SimpleQueue[int], caplog: pytest.LogCaptureFixture
) -> None:
    stop.put(signal.SIGTERM)
    assert not command.await_turn(stop)
    assert "Another watcher works on this data folder" in caplog.text


@needs_flock
def test_a_second_watcher_takes_over_when_the_first_ends(
    claimed: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    waits = 0

    def wait(timeout: float) -> int:
        nonlocal waits
        waits += 1
        if waits == 2:
            os.close(claimed.pop())  # as the kernel does at the end of a process
        raise Empty

    assert command.await_turn(SimpleNamespace(get=wait))  # type: ignore[arg-type]
    assert waits == 2
    assert caplog.text.count("Another watcher") == 1


@needs_flock
def test_only_one_watcher_looks(watch_process: subprocess.Popen[bytes], tmp_path: Path) -> None:
    with watching(tmp_path) as second:
        assert second.stderr is not None
        assert b"Another watcher works on this data folder" in second.stderr.readline()
        second.send_signal(signal.SIGTERM)
        assert second.wait(PATIENCE_S) == 0
    assert watch_process.poll() is None


@pytest.fixture
def watch_process(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The command at work on a household of its own, its first round done."""
    subprocess.run([*_MANAGE, "migrate", "-v0"], env=_env(tmp_path), check=True)
    with watching(tmp_path) as process:
        _wait_for_beat(tmp_path / "db.sqlite3", process)
        yield process


@contextmanager
def watching(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [*_MANAGE, "watch"]
    with subprocess.Popen(command, env=_env(folder), stderr=subprocess.PIPE) as process:
        too_late = threading.Timer(PATIENCE_S, process.kill)  # else a read may wait for ever
        too_late.start()
        try:
            yield process
        finally:
            too_late.cancel()
            process.kill()


def _env(folder: Path) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    own = {"DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "iotserver.settings"}
    return inherited | own


def _wait_for_beat(database: Path, process: subprocess.Popen[bytes]) -> None:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:

        def has_beaten() -> bool:
            assert process.poll() is None, process.communicate()[1]
            return bool(connection.execute("SELECT 1 FROM readings_heartbeat").fetchone())

        wait_until(has_beaten, lambda: "no beat")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends processes unasked")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_process_cleanly(
    watch_process: subprocess.Popen[bytes], number: signal.Signals
) -> None:
    watch_process.send_signal(number)
    _, errors = watch_process.communicate(timeout=PATIENCE_S)
    assert (watch_process.returncode, errors) == (0, b"")
