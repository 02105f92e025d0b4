"""Real esptool against the simulated chip."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import tty
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from firmware import board as boards
from firmware import chip
from tests.board.boot_loader import BootLoader
from tests.board.flash_memory import FlashMemory
from tests.board.images import make_micropython, write_micropython
from tests.board.pty_board import PtyBoard

MAC = "5c:cf:7f:0a:1b:2c"

PlugIn = Callable[..., PtyBoard]


@pytest.fixture
def plug_in(tmp_path: Path) -> Iterator[PlugIn]:
    """Plugs in boards as they come from the shop: nothing in their flash."""
    with ExitStack() as stack:

        def plugged(chip: str = "ESP8266", megabytes: int = 1) -> PtyBoard:
            flash = FlashMemory(tmp_path / "flash.bin", megabytes)
            loader = BootLoader(flash, MAC, chip)
            return stack.enter_context(PtyBoard(tmp_path / "disk", loader))

        yield plugged


@pytest.fixture
def _impatient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """esptool gives up sooner than it does for users; what succeeds needs more patience."""
    settings = tmp_path / "esptool.cfg"
    settings.write_text("[esptool]\nconnect_attempts = 3\n")
    monkeypatch.setenv("ESPTOOL_CFGFILE", str(settings))


def flash_of(board: PtyBoard) -> FlashMemory:
    assert board.loader is not None
    return board.loader.flash


@pytest.mark.parametrize("megabytes", [1, 4])
def test_chip_tells_its_address_and_its_flash(plug_in: PlugIn, megabytes: int) -> None:
    board = plug_in(megabytes=megabytes)
    assert chip.identify(board.port) == chip.Chip(MAC, megabytes << 20)


def test_image_arrives_byte_for_byte(plug_in: PlugIn, tmp_path: Path) -> None:
    board = plug_in()
    told: list[float] = []
    chip.write(board.port, write_micropython(tmp_path), on_progress=told.append)
    sent = bytearray(make_micropython())
    sent[3] = 0x20  # the flash size, which esptool asks the chip for
    sent += b"\xff" * (-len(sent) % 4)
    assert flash_of(board).read(0, len(sent)) == bytes(sent)
    assert told == sorted(told)
    assert told[-1] == 1


def test_what_was_in_the_flash_before_is_gone(plug_in: PlugIn, tmp_path: Path) -> None:
    board = plug_in()
    flash_of(board).write(0x80000, b"an old file system")
    chip.write(board.port, write_micropython(tmp_path))
    assert flash_of(board).read(0x80000, 4) == b"\xff" * 4


def test_flashed_board_has_micropython_and_an_empty_disk(plug_in: PlugIn, tmp_path: Path) -> None:
    board = plug_in()
    (board.disk / "old.py").write_text("")
    chip.write(board.port, write_micropython(tmp_path))
    assert boards.list_files(board.port) == []


def test_rom_without_the_flasher_writes_too(plug_in: PlugIn, tmp_path: Path) -> None:
    board, image = plug_in(), write_micropython(tmp_path)
    command = [sys.executable, "-m", "esptool", "--chip", "esp8266", "--no-stub"]
    subprocess.run(
        [*command, "--port", board.port, "write-flash", "0", str(image)],
        check=True,
        capture_output=True,
    )
    assert flash_of(board).read(0, 60_000) == image.read_bytes()[:60_000]


def test_other_chip_is_named(plug_in: PlugIn) -> None:
    with pytest.raises(chip.OtherChip, match="is an ESP32, not an ESP8266"):
        chip.identify(plug_in("ESP32").port)


@pytest.mark.usefixtures("_impatient")
def test_cable_pulled_while_writing(plug_in: PlugIn, tmp_path: Path) -> None:
    board = plug_in()
    board.unplug_after = 10_000
    with pytest.raises(boards.LineBroken, match="Plug the cable in again"):
        chip.write(board.port, write_micropython(tmp_path))


@pytest.mark.usefixtures("_impatient")
def test_second_try_after_the_cable_was_pulled(
    plug_in: PlugIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    board, image = plug_in(), write_micropython(tmp_path)
    board.unplug_after = 10_000
    with pytest.raises(boards.LineBroken):
        chip.write(board.port, image)
    board.plug_in()
    monkeypatch.delenv("ESPTOOL_CFGFILE")
    chip.write(board.port, image)
    assert flash_of(board).read(0x9000, 1_000) == image.read_bytes()[0x9000 : 0x9000 + 1_000]


def test_flash_that_forgets_is_noticed(
    plug_in: PlugIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = plug_in()
    monkeypatch.setattr(flash_of(board), "write", lambda *_: None)
    with pytest.raises(chip.NotVerified, match="--baud 115200"):
        chip.write(board.port, write_micropython(tmp_path))


def test_image_larger_than_the_flash(plug_in: PlugIn, tmp_path: Path) -> None:
    path = tmp_path / "large.bin"
    path.write_bytes(make_micropython(rom_bytes=1_100_000))
    with pytest.raises(chip.ImageTooLarge, match="FLASH_1M"):
        chip.write(plug_in().port, path)


@pytest.mark.usefixtures("_impatient")
def test_silent_port() -> None:
    outside, port_end = pty.openpty()
    tty.setraw(port_end)
    try:
        with pytest.raises(chip.ChipSilent, match="FLASH button"):
            chip.identify(os.ttyname(port_end))
    finally:
        os.close(outside)
        os.close(port_end)


def test_port_that_is_not_there() -> None:
    with pytest.raises(boards.PortMissing, match="no port /dev/ttyNOWHERE"):
        chip.identify("/dev/ttyNOWHERE")


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("A fatal error occurred: Could not open COM7, the port is busy", boards.PortBusy),
        ("serial.serialutil.SerialException: device reports readiness", boards.LineBroken),
        ("A fatal error occurred: Packet content transfer stopped", boards.LineBroken),
        ("A fatal error occurred: something new", boards.BoardError),
        ("", boards.BoardError),
    ],
)
def test_what_esptool_says_becomes_advice(said: str, kind: type[boards.BoardError]) -> None:
    assert type(chip._explained("COM7", said)) is kind
