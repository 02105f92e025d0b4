"""Real ampy against the real MicroPython's raw REPL, over a pseudo-terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import threading
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware import board as boards
from tests.board.pty_board import PtyBoard
from tests.board.virtual_board import FIRMWARE


@pytest.fixture
def wired(tmp_path: Path) -> Iterator[PtyBoard]:
    with PtyBoard(tmp_path / "disk") as board:
        yield board


def make_file(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_new_board_has_no_files(wired: PtyBoard) -> None:
    assert boards.list_files(wired.port) == []


@pytest.mark.long
def test_whole_firmware_arrives(wired: PtyBoard) -> None:
    paths = sorted(FIRMWARE.glob("*.py"))
    boards.upload(wired.port, paths)
    assert boards.list_files(wired.port) == sorted(path.name for path in paths)
    assert all((wired.disk / path.name).read_bytes() == path.read_bytes() for path in paths)


def test_firmware_file_comes_back_byte_for_byte(wired: PtyBoard) -> None:
    boards.upload(wired.port, [FIRMWARE / "wifitools.py"])
    content = boards.read_file(wired.port, "wifitools.py")
    assert content == (FIRMWARE / "wifitools.py").read_bytes()


def test_every_byte_survives_the_way_there_and_back(wired: PtyBoard, tmp_path: Path) -> None:
    content = bytes(range(256)) + b"no line end"
    boards.upload(wired.port, [make_file(tmp_path, "bytes.bin", content)])
    assert boards.read_file(wired.port, "bytes.bin") == content


def test_upload_replaces_a_longer_file(wired: PtyBoard, tmp_path: Path) -> None:
    boards.upload(wired.port, [make_file(tmp_path, "a.py", b"long " * 50)])
    boards.upload(wired.port, [make_file(tmp_path, "a.py", b"short")])
    assert boards.read_file(wired.port, "a.py") == b"short"


def test_main_goes_last(wired: PtyBoard, tmp_path: Path) -> None:
    told: list[str] = []
    paths = [make_file(tmp_path, name, b"") for name in ("main.py", "run.py")]
    boards.upload(wired.port, paths, on_file=told.append)
    assert told == ["run.py", "main.py"]


def test_reset_restarts_the_board(wired: PtyBoard) -> None:
    boards.reset(wired.port)
    wired.wait_for_reset()


def test_file_that_is_not_there_is_named(wired: PtyBoard) -> None:
    with pytest.raises(boards.FileMissing, match=r"no file nothing\.py on the board"):
        boards.read_file(wired.port, "nothing.py")


def test_name_that_would_become_program_text_is_refused(wired: PtyBoard) -> None:
    with pytest.raises(ValueError, match="cannot be the name"):
        boards.read_file(wired.port, "a'); import os; ('")


def test_port_that_does_not_exist_is_named() -> None:
    with pytest.raises(boards.PortMissing, match="no port /dev/ttyNOWHERE"):
        boards.list_files("/dev/ttyNOWHERE")


def test_port_another_program_holds_is_busy(wired: PtyBoard) -> None:
    holder = os.open(wired.port, os.O_RDWR | os.O_NOCTTY)
    fcntl.flock(holder, fcntl.LOCK_EX)
    try:
        with pytest.raises(boards.PortBusy, match="Another program is using"):
            boards.list_files(wired.port)
    finally:
        os.close(holder)


def test_port_is_free_again_afterwards(wired: PtyBoard) -> None:
    boards.list_files(wired.port)
    assert boards.list_files(wired.port) == []


@pytest.fixture
def silent_port() -> Iterator[str]:
    """A cable with nothing at its end."""
    outside, port_end = pty.openpty()
    tty.setraw(port_end)
    yield os.ttyname(port_end)
    os.close(outside)
    os.close(port_end)


def test_silent_board_is_given_up(silent_port: str) -> None:
    with pytest.raises(boards.BoardSilent, match="Press the board's reset button"):
        boards.list_files(silent_port, timeout=1)


@pytest.fixture
def chatterbox() -> Iterator[str]:
    """Another program than MicroPython, which repeats what it is told."""
    outside, port_end = pty.openpty()
    tty.setraw(port_end)
    wake, stop = os.pipe()
    thread = threading.Thread(target=_repeat, args=(outside, wake))
    thread.start()
    yield os.ttyname(port_end)
    os.write(stop, b"x")
    thread.join()
    for end in (outside, port_end, wake, stop):
        os.close(end)


def _repeat(port: int, wake: int) -> None:
    while True:
        ready, _, _ = select.select([port, wake], [], [])
        if wake in ready:
            return
        os.write(port, os.read(port, 4096))


def test_other_program_than_micropython_is_given_up(chatterbox: str) -> None:
    with pytest.raises(boards.BoardSilent, match="put MicroPython on the board"):
        boards.list_files(chatterbox, timeout=2)
