"""A board's flash chip, kept in a file. Fake because no computer here has one.

As NOR flash does, erasing sets every bit of whole sectors and writing can only clear bits:
what is written without erasing first comes back wrong, and a test notices.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

SECTOR = 4096
_EMPTY = 0xFF


class FlashMemory:
    def __init__(self, file: Path, megabytes: int = 1) -> None:
        self._file = file
        self.size = megabytes << 20
        if not file.exists():
            file.write_bytes(bytes([_EMPTY]) * self.size)
        self._bytes = bytearray(file.read_bytes())

    @property
    def jedec_id(self) -> int:
        """Winbond's number for this size, as the chip itself answers: maker in the low byte."""
        return 0xEF | 0x40 << 8 | (self.size.bit_length() - 1) << 16

    @property
    def is_empty(self) -> bool:
        return self._bytes.count(_EMPTY) == self.size

    def read(self, start: int, length: int) -> bytes:
        return bytes(self._bytes[start : start + length])

    def md5(self, start: int, length: int) -> bytes:
        return hashlib.md5(self.read(start, length)).digest()

    def erase(self, start: int = 0, length: int | None = None) -> None:
        """Erase every sector that the range touches."""
        end = start + (self.size if length is None else length)
        first, last = start // SECTOR * SECTOR, min(self.size, -(-end // SECTOR) * SECTOR)
        self._bytes[first:last] = bytes([_EMPTY]) * (last - first)

    def write(self, start: int, data: bytes) -> None:
        old = self.read(start, len(data))
        self._bytes[start : start + len(data)] = bytes(
            a & b for a, b in zip(old, data, strict=True)
        )

    def save(self) -> None:
        self._file.write_bytes(self._bytes)
