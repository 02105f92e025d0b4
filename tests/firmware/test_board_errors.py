"""What ampy's complaints become."""

from __future__ import annotations

import pytest

from firmware import board


@pytest.mark.parametrize(
    ("complaint", "kind", "advice"),
    [
        (
            "ampy.pyboard.PyboardError: could not enter raw repl",
            board.NoPrompt,
            "Press its reset",
        ),
        ("ampy.pyboard.PyboardError: failed to access COM7", board.PortBusy, "Close serial"),
        ("device disconnected or multiple access on port?", board.PortBusy, "Close serial"),
        ("RuntimeError: No such file: config.py", board.FileMissing, "Upload"),
        ("OSError: [Errno 28] ENOSPC", board.BoardFull, "Delete files"),
        ("Traceback\nSomethingNew: strange", board.BoardError, "SomethingNew: strange"),
        ("", board.BoardError, "gave no reason"),
    ],
)
def test_complaint_becomes_advice(
    complaint: str, kind: type[board.BoardError], advice: str
) -> None:
    error = board._explained("COM7", ["get", "config.py"], complaint)
    assert type(error) is kind
    assert advice in str(error)


@pytest.mark.parametrize("name", ["", "../x", "a/b", "a'b", 'a"b', ".hidden", "a b", "a\nb"])
def test_strange_file_names_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be the name"):
        board._checked(name)


@pytest.mark.parametrize("name", ["main.py", "MCP9808.py", "_x.mpy", "a-b.txt"])
def test_ordinary_file_names_pass(name: str) -> None:
    assert board._checked(name) == name
