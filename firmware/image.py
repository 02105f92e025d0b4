"""Is this file a MicroPython image for an ESP8266, and did it arrive whole? Pure but for reading.

The form: Espressif's "Firmware Image Format" (header, segments, one byte of checksum), behind
which MicroPython's ports/esp8266/makeimg.py puts the rest of the program, its length and its MD5.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from functools import reduce
from operator import xor
from pathlib import Path

DOWNLOAD = "https://micropython.org/download/ESP8266_GENERIC/"

_MAGIC, _OTA_MAGIC = 0xE9, 0xEA
_CHECKSUM_START = 0xEF
_SEGMENTS = range(1, 17)
_MEMORY = (range(0x3FFE8000, 0x40000000), range(0x40100000, 0x40110000))
_LENGTH_AT, _MOST = 0x8FFC, 16 << 20
_MD5_BYTES = 16
_OTHER_CHIPS = {
    0: "ESP32", 2: "ESP32-S2", 5: "ESP32-C3", 9: "ESP32-S3", 12: "ESP32-C2", 13: "ESP32-C6",
    16: "ESP32-H2",
}  # fmt: skip
_FLASH_MODES = range(4)  # QIO, QOUT, DIO, DOUT
_FLASH_SIZES = {
    0: 512 << 10, 1: 256 << 10, 2: 1 << 20, 3: 2 << 20, 4: 4 << 20, 5: 2 << 20, 6: 4 << 20,
    8: 8 << 20, 9: 16 << 20,
}  # fmt: skip
_OTHER_FILES = (
    (b"UF2\n", "a .uf2 file, for boards that show up as a USB stick"),
    (b"PK\x03\x04", "a .zip file: unpack it first"),
    (b"\x1f\x8b", "a compressed file: unpack it first"),
    (b"\x7fELF", "a program before it becomes an image (.elf)"),
    (b":", "a .hex file"),
)


class NotAnImage(ValueError):
    """The file cannot be written on an ESP8266; the text says why and what to do."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name} is {why}. Take the .bin file of {DOWNLOAD}.")


@dataclass(frozen=True, slots=True)
class Image:
    path: Path
    size: int
    md5: str
    flash_size: int
    is_micropython: bool  # its own length and MD5 were found, and are right


def read_image(path: Path) -> Image:
    """Look through a file before anything is written. Raises `NotAnImage`."""
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise NotAnImage(str(path), f"a file that cannot be read ({reason})") from error
    if why := _objection(data):
        raise NotAnImage(path.name, why)
    end = _check_segments(path.name, data)
    is_micropython = _check_trailer(path.name, data, end)
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return Image(path, len(data), md5, _FLASH_SIZES[data[3] >> 4], is_micropython)


def _objection(data: bytes) -> str:
    """Why a look at its first bytes is enough; empty when it is not."""
    if not data:
        return "empty"
    for start, what in _OTHER_FILES:
        if data.startswith(start):
            return what
    if data[:512].lstrip().lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        return "a web page, not the download itself"
    if data[0] == _OTA_MAGIC:
        return "an image for updates over the air, which needs another one under it"
    if data[0] != _MAGIC or len(data) < 16:
        return "no image for an ESP8266 (those begin with the byte E9)"
    if _has_other_chips_header(data):
        chip = _OTHER_CHIPS.get(struct.unpack_from("<H", data, 12)[0])
        return f"an image for {f'the {chip}' if chip else 'a newer chip'}, not for the ESP8266"
    if data[1] not in _SEGMENTS or data[2] not in _FLASH_MODES or data[3] >> 4 not in _FLASH_SIZES:
        return "damaged: its header makes no sense"
    return ""


def _has_other_chips_header(data: bytes) -> bool:
    """The ESP32 and its kin put 16 bytes more before the first segment."""
    first, extended = _address(data, 8), _address(data, 24)
    return not _is_memory(first) and 0x3C000000 <= extended < 0x60000000


def _check_segments(name: str, data: bytes) -> int:
    """Return where the part that the chip's ROM loads ends."""
    at, checksum = 8, _CHECKSUM_START
    for _ in range(data[1]):
        if at + 8 > len(data):
            raise NotAnImage(name, "not complete")
        address, length = struct.unpack_from("<II", data, at)
        if not _is_memory(address):
            raise NotAnImage(name, "no image for an ESP8266: its parts belong to other memory")
        checksum = reduce(xor, data[at + 8 : at + 8 + length], checksum)
        at += 8 + length
    last = at | 15  # the checksum ends a line of 16 bytes
    if last >= len(data):
        raise NotAnImage(name, "not complete")
    if data[last] != checksum:
        raise NotAnImage(name, "damaged: its checksum is wrong")
    return last + 1


def _check_trailer(name: str, data: bytes, end: int) -> bool:
    """True when MicroPython's own length and MD5 are there and right."""
    if end > _LENGTH_AT:
        return False
    if len(data) < _LENGTH_AT + 4:
        return False
    length = struct.unpack_from("<I", data, _LENGTH_AT)[0]
    if not _LENGTH_AT < length <= _MOST:
        return False
    if missing := max(0, length + _MD5_BYTES - len(data)):
        raise NotAnImage(name, f"not complete: {missing} bytes are missing at its end")
    # The first four bytes say what flash there is, which flashing tools adjust.
    md5 = hashlib.md5(data[4:length], usedforsecurity=False).digest()
    if md5 != data[length : length + _MD5_BYTES]:
        raise NotAnImage(name, "damaged: its MD5 is wrong")
    return True


def _address(data: bytes, at: int) -> int:
    return int(struct.unpack_from("<I", data, at)[0]) if at + 4 <= len(data) else 0


def _is_memory(address: int) -> bool:
    return any(address in part for part in _MEMORY)
