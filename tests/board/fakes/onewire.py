"""Stands in for MicroPython's `onewire`: no computer has the wire.

The sensor on it is in ds18x20.py.
"""


class OneWireError(Exception):
    pass


class OneWire:
    def __init__(self, pin):
        self.pin = pin


def crc8(data):
    """Maxim's: polynomial X8 + X5 + X4 + 1, lowest bit first. 0 over data and its CRC."""
    found = 0
    for byte in data:
        for _ in range(8):
            is_odd = (found ^ byte) & 1
            found >>= 1
            if is_odd:
                found ^= 0x8C
            byte >>= 1
    return found
