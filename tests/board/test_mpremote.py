"""Real mpremote takes the simulated board for one, too."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.board.pty_board import PtyBoard
from tests.patience import PATIENCE_S


def mpremote(board: PtyBoard, *words: str) -> str:
    command = [sys.executable, "-m", "mpremote", "connect", f"port:{board.port}", *words]
    return subprocess.run(
        command,
        check=True,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        stdin=subprocess.DEVNULL,
    ).stdout


def test_files_survive_a_soft_reset_and_main_runs_after_a_hard_one(tmp_path: Path) -> None:
    main = tmp_path / "main.py"
    main.write_text("print('main' + ' runs')\n")
    with PtyBoard(tmp_path / "disk") as board:
        mpremote(board, "fs", "cp", str(main), ":main.py")
        assert (board.disk / "main.py").read_text() == main.read_text()
        assert "main.py" in mpremote(board, "soft-reset", "fs", "ls")
        assert "main runs" not in board.console
        mpremote(board, "exec", "--no-follow", "import machine; machine.reset()")
        board.wait_for("main runs")
        assert mpremote(board, "exec", "print(6 * 7)").strip() == "42"
