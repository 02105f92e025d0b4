"""The ESP8266's boot loader and the flasher that esptool puts into its memory.

    loader = BootLoader(FlashMemory(file), mac="5c:cf:7f:0a:1b:2c")
    answer = loader.receive(bytes_from_the_line)

Fake because no computer here has the chip. It speaks the serial protocol of Espressif's
documentation: SLIP frames; the ROM's own commands; and, once esptool has loaded its flasher
into RAM and started it, the flasher's commands too. The flasher's machine code is checked
for arriving whole and is not run: what it would do is done here.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from functools import reduce
from operator import xor

from tests.board.flash_memory import FlashMemory

END, ESCAPE = b"\xc0", b"\xdb"
SYNC = b"\x07\x07\x12\x20" + 32 * b"\x55"
OK, INVALID, BAD_CHECKSUM = b"\0\0", b"\1\5", b"\1\7"
ROM_SAYS = 0x20120707  # what the ROM, unlike the flasher, puts into its answer to a sync

MAGIC = {"ESP8266": 0xFFF0C101, "ESP32": 0x00F01D83}
_MAGIC_AT = 0x40001000
_CLOCK_DIVIDER_AT, _CLOCK_DIVIDER = 0x60000014, 451  # 115200 baud from 26 MHz
_SPI = 0x60000200
_SPI_COMMAND, _SPI_USER2, _SPI_DATA = _SPI, _SPI + 0x24, _SPI + 0x40
_SPI_GO, _READ_ID = 1 << 18, 0x9F

Reply = tuple[int, bytes]  # the value and what follows it
Handler = Callable[[bytes], Reply]


def frame(packet: bytes) -> bytes:
    return END + packet.replace(ESCAPE, b"\xdb\xdd").replace(END, b"\xdb\xdc") + END


class BootLoader:
    def __init__(self, flash: FlashMemory, mac: str, chip: str = "ESP8266") -> None:
        self.flash, self.mac = flash, mac
        self.memory = _registers(mac, chip)
        self.bytes_of_data = 0  # flash data received so far
        self.erasures = 0
        self.is_in_frame = False
        self.has_left = False  # the tool has asked for the program to be started
        self._has_flasher = False
        self._buffer = bytearray()
        self._at = self._begun_size = 0
        self._inflate = zlib.decompressobj()
        self._rom: dict[int, Handler] = {
            0x02: self._flash_begin, 0x03: self._flash_data, 0x04: self._flash_end,
            0x05: self._ok, 0x06: self._start_flasher, 0x07: self._memory_data,
            0x08: self._sync, 0x09: self._write_register, 0x0A: self._read_register,
        }  # fmt: skip
        self._flasher: dict[int, Handler] = {
            0x0B: self._ok, 0x0D: self._ok, 0x0F: self._ok,
            0x10: self._deflated_begin, 0x11: self._deflated_data, 0x12: self._flash_end,
            0x13: self._md5, 0xD0: self._erase_all, 0xD1: self._erase_region,
            0xD3: self._run_program,
        }  # fmt: skip

    def reset(self) -> None:
        """Start anew, as after a reset with the boot pin held low."""
        self._has_flasher = self.has_left = self.is_in_frame = False
        self._buffer.clear()

    def receive(self, data: bytes) -> bytes:
        """Take bytes off the line; return what the chip says to them."""
        return b"".join(self._answer(packet) for packet in self._packets(data))

    def _packets(self, data: bytes) -> Iterator[bytes]:
        for value in data:
            if value == END[0]:
                packet = bytes(self._buffer).replace(b"\xdb\xdc", END).replace(b"\xdb\xdd", ESCAPE)
                self._buffer.clear()
                # An END closes a frame with something in it, else it opens one.
                self.is_in_frame = not packet
                if packet:
                    yield packet
            elif self.is_in_frame:
                self._buffer.append(value)

    def _answer(self, packet: bytes) -> bytes:
        if len(packet) < 8 or packet[0] != 0:
            return b""
        _, command, length, checksum = struct.unpack("<BBHI", packet[:8])
        data = packet[8:]
        if len(data) != length:
            return _reply(command, 0, INVALID)
        if command in (0x03, 0x07, 0x11) and reduce(xor, data[16:], 0xEF) != checksum & 0xFF:
            return _reply(command, 0, BAD_CHECKSUM)
        commands = self._rom | (self._flasher if self._has_flasher else {})
        if command not in commands:
            return _reply(command, 0, INVALID)
        value, rest = commands[command](data)
        answers = _reply(command, value, rest) * (8 if command == 0x08 else 1)
        return answers + (frame(b"OHAI") if command == 0x06 else b"")

    def _ok(self, data: bytes) -> Reply:
        return 0, OK

    def _sync(self, data: bytes) -> Reply:
        return ROM_SAYS, (OK if data == SYNC else INVALID)

    def _read_register(self, data: bytes) -> Reply:
        return self.memory.get(struct.unpack("<I", data)[0], 0), OK

    def _write_register(self, data: bytes) -> Reply:
        address, value = struct.unpack("<II", data[:8])
        self.memory[address] = value
        if address == _SPI_COMMAND and value & _SPI_GO:
            is_id = self.memory.get(_SPI_USER2, 0) & 0xFF == _READ_ID
            self.memory[_SPI_DATA] = self.flash.jedec_id if is_id else 0
            self.memory[_SPI_COMMAND] = 0  # done
        return 0, OK

    def _memory_data(self, data: bytes) -> Reply:
        length = struct.unpack("<I", data[:4])[0]
        return 0, (OK if len(data) == 16 + length else INVALID)

    def _start_flasher(self, data: bytes) -> Reply:
        self._has_flasher = True
        return 0, OK

    def _flash_begin(self, data: bytes) -> Reply:
        erase, _, _, self._at = struct.unpack("<IIII", data[:16])
        self._begun_size = erase
        self._erase(self._at, erase)
        return 0, OK

    def _flash_data(self, data: bytes) -> Reply:
        return self._program(data[16:], data[16:])

    def _deflated_begin(self, data: bytes) -> Reply:
        self._inflate = zlib.decompressobj()
        return self._flash_begin(data)

    def _deflated_data(self, data: bytes) -> Reply:
        return self._program(data[16:], self._inflate.decompress(data[16:]))

    def _program(self, received: bytes, content: bytes) -> Reply:
        self.bytes_of_data += len(received)
        self.flash.write(self._at, content)
        self._at += len(content)
        return 0, OK

    def _flash_end(self, data: bytes) -> Reply:
        self.flash.save()
        # The flasher stays for what comes next; the ROM starts the program at once.
        self.has_left = not self._has_flasher and struct.unpack("<I", data[:4])[0] == 1
        return 0, OK

    def _md5(self, data: bytes) -> Reply:
        start, length = struct.unpack("<II", data[:8])
        return 0, self.flash.md5(start, length) + OK

    def _erase_all(self, data: bytes) -> Reply:
        self._erase(0, self.flash.size)
        return 0, OK

    def _erase_region(self, data: bytes) -> Reply:
        self._erase(*struct.unpack("<II", data[:8]))
        return 0, OK

    def _erase(self, start: int, length: int) -> None:
        if length:
            self.erasures += 1
            self.flash.erase(start, length)
            self.flash.save()

    def _run_program(self, data: bytes) -> Reply:
        self.has_left = True
        return 0, OK


def _reply(command: int, value: int, rest: bytes) -> bytes:
    return frame(struct.pack("<BBHI", 1, command, len(rest), value) + rest)


def _registers(mac: str, chip: str) -> dict[int, int]:
    """What the chip's memory holds from the factory: kind, clock, and the MAC's six bytes."""
    six = bytes.fromhex(mac.replace(":", ""))
    return {
        _MAGIC_AT: MAGIC[chip],
        _CLOCK_DIVIDER_AT: _CLOCK_DIVIDER,
        0x3FF00050: six[5] << 24,
        0x3FF00054: six[3] << 8 | six[4],
        0x3FF00058: 0,
        0x3FF0005C: int.from_bytes(six[:3], "big"),
    }
