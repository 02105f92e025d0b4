"""Fixtures of the tests that run the shipped firmware under the real MicroPython."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.board.scripted_server import ScriptedServer
from tests.board.virtual_board import (
    VirtualBoard,
    environment,
    micropython_path,
    prepare,
    start_board,
)
from tests.patience import PATIENCE_S

KEY = "k3y-of-the-balcony"
# Nobody listens on port 9 here: scripts that never connect name it as server.
NOWHERE = "http://127.0.0.1:9"

RunScript = Callable[..., str]
StartBoard = Callable[..., VirtualBoard]


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    yield server
    server.stop()


@pytest.fixture
def down_server() -> Iterator[ScriptedServer]:
    """Refuses connections until start() is called."""
    server = ScriptedServer(is_up=False)
    yield server
    server.stop()


@pytest.fixture
def board(tmp_path: Path) -> Iterator[StartBoard]:
    """Starts boards of this test and stops them at its end."""
    with ExitStack() as stack:

        def start(server: ScriptedServer, **settings: Any) -> VirtualBoard:
            settings = {"api_key": KEY, **settings}
            folder = tmp_path / "board"
            return stack.enter_context(start_board(folder, server=server.url, **settings))

        yield start


@pytest.fixture(scope="session")
def micropython() -> Path:
    return micropython_path()


@pytest.fixture
def run_script(tmp_path: Path, micropython: Path) -> RunScript:
    """Runs a script among the firmware's files; returns what it printed."""

    def run(script: str, *, heap: str = "2M", expect: int = 0, **settings: Any) -> str:
        folder = tmp_path / "scripts"
        prepare(folder, **{"server": NOWHERE, "api_key": KEY, **settings})
        (folder / "script.py").write_text(script)
        command = [str(micropython), "-X", f"heapsize={heap}", "script.py"]
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        assert done.returncode == expect, done.stdout + done.stderr
        return done.stdout

    return run
