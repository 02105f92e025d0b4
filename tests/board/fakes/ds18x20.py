"""Stands in for MicroPython's `ds18x20` and one DS18B20: no computer has the wire.

Its scratchpad is a model of the data sheet's: temperature, alarms, configuration,
reserved bytes, CRC. It raises what the shipped module raises.
"""

import onewire

ROM = b"\x28\xff\x64\x1e\x0f\x77\x25\x8d"
OTHER_ROM = b"\x10\x00\x64\x1e\x0f\x77\x25\x8d"  # a DS18S20, which counts otherwise


class DS18X20:
    is_damaged = False
    is_shorted = False
    loses_power = False  # while it converts

    def __init__(self, wire):
        self.raw = 0x0550  # 85 C: what it holds after power-up

    def scan(self):
        state = self._state()
        if state == "missing":
            return []
        return [bytearray(OTHER_ROM)] + ([] if state == "wrong" else [bytearray(ROM)])

    def convert_temp(self):
        if self._state() == "missing":
            raise onewire.OneWireError
        if not self.loses_power and self._state() != "stuck":
            self.raw = round(float(self._state()) * 16) & 0xFFFF

    def read_scratch(self, rom):
        if self._state() == "stuck":
            raise onewire.OneWireError
        data = bytes((self.raw & 0xFF, self.raw >> 8, 0x4B, 0x46, 0x7F, 0xFF, 0x0C, 0x10))
        data = bytes(8) if self.is_shorted else data
        found = bytearray(data + bytes((onewire.crc8(data),)))
        if self.is_damaged:
            found[0] ^= 1
        if onewire.crc8(found):
            raise Exception("CRC error")
        return found

    def _state(self):
        with open("temperature") as file:
            return file.read().strip()
