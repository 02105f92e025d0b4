"""Images of the right form with nothing in them that would run."""

from __future__ import annotations

import hashlib
import random
import struct
from functools import reduce
from operator import xor
from pathlib import Path

SEGMENTS = ((0x40100000, 2_000), (0x3FFE8000, 600))
ROM_AT = 0x9000


def make_boot_part(segments: tuple[tuple[int, int], ...] = SEGMENTS, size_freq: int = 0) -> bytes:
    """What the ESP8266's ROM loads: header, segments, checksum."""
    dice = random.Random(8266)
    image = struct.pack("<BBBBI", 0xE9, len(segments), 0, size_freq, segments[0][0])
    checksum = 0xEF
    for address, length in segments:
        content = dice.randbytes(length)
        image += struct.pack("<II", address, length) + content
        checksum = reduce(xor, content, checksum)
    return image + bytes(15 - len(image) % 16) + bytes([checksum])


def make_micropython(rom_bytes: int = 30_000, size_freq: int = 0) -> bytes:
    """Boot part, padding, length, the rest and MD5, as MicroPython's build puts them together."""
    boot = make_boot_part(size_freq=size_freq)
    padding = b"\xff" * (ROM_AT - 4 - len(boot))
    # Half of it repeats, so that esptool finds something to compress.
    rom = random.Random(1).randbytes(rom_bytes // 2) + bytes(rom_bytes - rom_bytes // 2)
    data = boot + padding + struct.pack("<I", ROM_AT + rom_bytes) + rom
    return data + hashlib.md5(data[4:]).digest()


def make_esp32(chip_id: int = 0) -> bytes:
    """The header of an image for an ESP32 or its kin, and one segment."""
    header = struct.pack("<BBBBI", 0xE9, 1, 2, 0x20, 0x40081000)
    extended = struct.pack("<B3xHBHH4xB", 0xEE, chip_id, 0, 0, 0xFFFF, 1)
    return header + extended + struct.pack("<II", 0x3FFF0030, 64) + bytes(200)


def write_micropython(folder: Path) -> Path:
    path = folder / "ESP8266_GENERIC.bin"
    path.write_bytes(make_micropython())
    return path
