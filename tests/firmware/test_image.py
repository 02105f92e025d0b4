"""Only an image for an ESP8266, whole, gets as far as the board."""

from __future__ import annotations

import hashlib
import re
import struct
from pathlib import Path

import pytest
from esptool.bin_image import LoadFirmwareImage

from firmware.image import NotAnImage, read_image
from tests.board.images import make_boot_part, make_esp32, make_micropython


def write(folder: Path, data: bytes) -> Path:
    path = folder / "image.bin"
    path.write_bytes(data)
    return path


def objection(folder: Path, data: bytes) -> str:
    with pytest.raises(NotAnImage) as caught:
        read_image(write(folder, data))
    return str(caught.value)


def test_esptool_takes_what_these_tests_make_for_an_image() -> None:
    image = LoadFirmwareImage("esp8266", make_micropython())
    assert [segment.addr for segment in image.segments] == [0x40100000, 0x3FFE8000]
    assert image.checksum == image.calculate_checksum()


def test_micropython_is_taken_and_known(tmp_path: Path) -> None:
    data = make_micropython()
    image = read_image(write(tmp_path, data))
    assert (image.size, image.md5) == (len(data), hashlib.md5(data).hexdigest())
    assert image.is_micropython


def test_image_without_micropythons_trailer_is_taken(tmp_path: Path) -> None:
    assert not read_image(write(tmp_path, make_boot_part())).is_micropython


@pytest.mark.parametrize(
    ("size_freq", "size"), [(0x00, 512 << 10), (0x20, 1 << 20), (0x40, 4 << 20)]
)
def test_header_tells_the_flash_size(tmp_path: Path, size_freq: int, size: int) -> None:
    assert read_image(write(tmp_path, make_micropython(size_freq=size_freq))).flash_size == size


def test_header_that_a_flashing_tool_adjusted_does_not_matter(tmp_path: Path) -> None:
    data = bytearray(make_micropython())
    data[2:4] = b"\x02\x40"
    assert read_image(write(tmp_path, bytes(data))).is_micropython


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "is empty"),
        (b"UF2\n" + bytes(508), r"a \.uf2 file"),
        (b"PK\x03\x04" + bytes(100), "unpack it first"),
        (b"\x1f\x8b" + bytes(100), "unpack it first"),
        (b"\x7fELF" + bytes(100), r"\.elf"),
        (b":10000000" + b"0" * 40, r"\.hex"),
        (b"\n <!DOCTYPE html><html>404</html>", "a web page"),
        (b"<html><body>Sign in</body></html>", "a web page"),
        (b"\xea\x04" + bytes(100), "over the air"),
        (b"print('hello')" * 10, "begin with the byte E9"),
        (b"\xe9\x01", "begin with the byte E9"),
        (b"\xe9\x00" + bytes(100), "header makes no sense"),
        (b"\xe9\x11" + bytes(100), "header makes no sense"),
        (b"\xe9\x01\x09" + bytes(100), "header makes no sense"),
        (b"\xe9\x01\x00\x70" + bytes(100), "header makes no sense"),
        (make_boot_part(((0x20000000, 100),)), "other memory"),
    ],
)
def test_other_file_is_called_by_its_name(tmp_path: Path, data: bytes, why: str) -> None:
    assert re.search(why, objection(tmp_path, data))


@pytest.mark.parametrize(
    ("chip_id", "chip"),
    [(0, "the ESP32,"), (5, "the ESP32-C3,"), (9, "the ESP32-S3,"), (99, "a newer chip,")],
)
def test_other_chips_image_is_called_by_its_chip(tmp_path: Path, chip_id: int, chip: str) -> None:
    assert f"an image for {chip} not for the ESP8266" in objection(tmp_path, make_esp32(chip_id))


def test_every_refusal_says_where_the_right_file_is(tmp_path: Path) -> None:
    assert "micropython.org/download/ESP8266_GENERIC" in objection(tmp_path, b"")


def test_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotAnImage, match=r"nothing\.bin is a file that cannot be read \(no such"):
        read_image(tmp_path / "nothing.bin")


def test_download_that_broke_off_is_noticed(tmp_path: Path) -> None:
    assert "not complete: 1000 bytes are missing" in objection(tmp_path, make_micropython()[:-1000])


@pytest.mark.parametrize("length", [20, 500, 2_639])
def test_boot_part_that_broke_off_is_noticed(tmp_path: Path, length: int) -> None:
    assert "not complete" in objection(tmp_path, make_boot_part()[:length])


def test_changed_byte_in_the_boot_part_is_noticed(tmp_path: Path) -> None:
    data = bytearray(make_micropython())
    data[100] ^= 1
    assert "its checksum is wrong" in objection(tmp_path, bytes(data))


def test_changed_byte_behind_it_is_noticed(tmp_path: Path) -> None:
    data = bytearray(make_micropython())
    data[0x9100] ^= 1
    assert "its MD5 is wrong" in objection(tmp_path, bytes(data))


def test_length_no_flash_has_belongs_to_another_program(tmp_path: Path) -> None:
    data = bytearray(make_micropython())
    data[0x8FFC:0x9000] = struct.pack("<I", 0xFFFFFFFF)
    assert not read_image(write(tmp_path, bytes(data))).is_micropython
