"""The simulated chip, where it has to be as strict as a real one."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tests.board.boot_loader import BAD_CHECKSUM, INVALID, OK, SYNC, BootLoader, frame
from tests.board.flash_memory import FlashMemory

MEGABYTE = 1 << 20


@pytest.fixture
def loader(tmp_path: Path) -> BootLoader:
    return BootLoader(FlashMemory(tmp_path / "flash.bin"), "5c:cf:7f:0a:1b:2c")


def ask(loader: BootLoader, command: int, data: bytes, checksum: int = 0) -> list[bytes]:
    """What follows the value in each answer."""
    request = frame(struct.pack("<BBHI", 0, command, len(data), checksum) + data)
    answers = loader.receive(request).split(b"\xc0")
    return [answer[8:] for answer in answers if answer]


def test_sync_is_answered_eight_times(loader: BootLoader) -> None:
    assert ask(loader, 0x08, SYNC) == [OK] * 8


def test_flashers_commands_are_unknown_to_the_rom(loader: BootLoader) -> None:
    assert ask(loader, 0xD0, b"") == [INVALID]


def test_flasher_greets_when_it_is_started(loader: BootLoader) -> None:
    assert ask(loader, 0x06, bytes(8))[0] == OK
    assert ask(loader, 0xD0, b"") == [OK]


def test_reset_forgets_the_flasher(loader: BootLoader) -> None:
    ask(loader, 0x06, bytes(8))
    loader.reset()
    assert ask(loader, 0xD0, b"") == [INVALID]


def test_block_that_arrived_changed_is_refused(loader: BootLoader) -> None:
    block = struct.pack("<IIII", 4, 0, 0, 0) + b"\x01\x02\x04\x08"
    assert ask(loader, 0x03, block, checksum=0) == [BAD_CHECKSUM]
    assert ask(loader, 0x03, block, checksum=0xEF ^ 0x0F) == [OK]


def test_frames_in_pieces_and_bytes_that_need_escapes(loader: BootLoader) -> None:
    block = struct.pack("<IIII", 2, 0, 0, 0) + b"\xc0\xdb"
    request = frame(struct.pack("<BBHI", 0, 0x03, len(block), 0xEF ^ 0xC0 ^ 0xDB) + block)
    answers = [loader.receive(request[at : at + 1]) for at in range(len(request))]
    assert b"".join(answers[:-1]) == b""
    assert answers[-1]
    assert loader.flash.read(0, 2) == b"\xc0\xdb"


def test_writing_can_only_clear_bits(loader: BootLoader) -> None:
    loader.flash.write(0, b"\xf0")
    loader.flash.write(0, b"\x3c")
    assert loader.flash.read(0, 1) == b"\x30"


def test_erasing_takes_whole_sectors(loader: BootLoader) -> None:
    flash = loader.flash
    flash.write(0, bytes(3 * 4096))
    flash.erase(5_000, 1)
    assert [flash.read(at, 1) for at in (4095, 4096, 8191, 8192)] == [
        b"\0",
        b"\xff",
        b"\xff",
        b"\0",
    ]
    flash.erase()
    assert flash.is_empty


def test_flash_survives_in_its_file(tmp_path: Path, loader: BootLoader) -> None:
    loader.flash.write(0, b"here")
    loader.flash.save()
    assert FlashMemory(tmp_path / "flash.bin").read(0, 4) == b"here"
    assert loader.flash.size == MEGABYTE
