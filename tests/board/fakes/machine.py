"""Stands in for MicroPython's `machine` on a computer.

Fake because no computer has the board's I2C bus, timers and reset line. The
sensors are models of their registers; what they measure is read from the file
`temperature` at every access, so a test can change it while the board runs:
degrees Celsius, `missing` (nobody answers on the bus), `wrong` (another chip
answers) or `stuck` (a measurement never ends).
"""

import sys

PWRON_RESET = 0


def _world(name):
    with open(name) as file:
        return file.read().strip()


def reset():
    print("machine.reset")
    sys.exit(3)


def unique_id():
    return b"\x12\x34\x56\x78"


class Pin:
    def __init__(self, number, *_args, **_kwargs):
        self.number = number


class Timer:
    """Never fires by itself: tests call fire()."""

    PERIODIC = 1
    last = None

    def __init__(self, number):
        self.number = number
        self.callback = None
        Timer.last = self

    def init(self, *, period, mode, callback):
        self.period, self.mode, self.callback = period, mode, callback

    def deinit(self):
        self.callback = None

    def fire(self):
        if self.callback:
            self.callback(self)


class MCP9808:
    reads_before_first = 0  # after power-up, until the first conversion is done

    def read(self, register, state):
        if register == 0x06:
            return b"\x00\x54" if state != "wrong" else b"\xff\xff"
        if register == 0x07:
            return b"\x04\x00"
        if register == 0x05 and self.reads_before_first:
            self.reads_before_first -= 1
        elif register == 0x05:
            raw = round(float(state) * 16)
            # Against the limits' power-on value of 0 C.
            alerts = 0x2000 if raw < 0 else 0xC000
            word = (raw & 0x1FFF) | alerts
            return bytes((word >> 8, word & 0xFF))
        return b"\x00\x00"

    def write(self, register, data, state):
        pass


class BMP280:
    """Forced mode, with the calibration of the data sheet's worked example."""

    T1, T2, T3 = 27504, 26435, -1000
    CALIBRATION = b"\x70\x6b\x43\x67\x18\xfc"
    ID = 0x58
    is_lazy = False  # says that it is done, and has measured nothing

    def __init__(self):
        self.registers = bytearray(256)
        self.registers[0x88:0x8E] = self.CALIBRATION
        self.registers[0xFA] = 0x80
        self.polls = 0

    def read(self, register, state):
        self.registers[0xD0] = 0x61 if state == "wrong" else self.ID
        if register == 0xF3:
            self._progress(state)
        return bytes(self.registers[register : register + 6])

    def write(self, register, data, state):
        if register == 0xF4 and data[0] & 3 == 1 and data[0] >> 5:
            self.polls = 2
            self.registers[0xF3] = 0x08
            self.registers[0xFA] = 0x80

    def _progress(self, state):
        if state == "stuck" or not self.polls:
            return
        self.polls -= 1
        if not self.polls:
            self.registers[0xF3] = 0
        if not self.polls and not self.is_lazy:
            adc = self._adc(float(state))
            self.registers[0xFA:0xFD] = bytes((adc >> 12, adc >> 4 & 0xFF, adc << 4 & 0xF0))

    def _celsius(self, adc):
        """The data sheet's floating point formula (its section 8.1)."""
        x = adc / 16384 - self.T1 / 1024
        y = adc / 131072 - self.T1 / 8192
        return (x * self.T2 + y * y * self.T3) / 5120

    def _adc(self, celsius):
        low, high = 0, 1 << 20
        while high - low > 1:
            middle = (low + high) // 2
            if self._celsius(middle) <= celsius:
                low = middle
            else:
                high = middle
        return low


class I2C:
    def __init__(self, *, scl, sda, freq=400000):
        bmp280 = BMP280()
        self.chips = {0x18: MCP9808(), 0x76: bmp280, 0x77: bmp280}

    def _chip(self, address):
        state = _world("temperature")
        if state == "missing" or address not in self.chips:
            raise OSError(19)  # ENODEV, what the boards raise
        return self.chips[address], state

    def readfrom_mem(self, address, register, count):
        chip, state = self._chip(address)
        return chip.read(register, state)[:count]

    def writeto_mem(self, address, register, data):
        chip, state = self._chip(address)
        chip.write(register, data, state)


SoftI2C = I2C
