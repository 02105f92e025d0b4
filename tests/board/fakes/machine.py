"""Stands in for MicroPython's `machine` on a computer.

Fake because no computer has the board's I2C bus, timers, RTC memory and reset line.
The sensors (chips.py) are models of their registers; what they measure is read from the
file `temperature` at every access, so a test can change it while the board runs:
degrees Celsius, `missing` (nobody answers on the bus), `wrong` (another chip
answers) or `stuck` (a measurement never ends).

RTC memory is the file `rtc`: it survives the process as a reset; without it power was away.
"""

import os
import sys

from chips import BMP280, MCP9808, SHT31

# As on the ESP8266.
PWRON_RESET, WDT_RESET, SOFT_RESET, DEEPSLEEP_RESET, HARD_RESET = 0, 1, 4, 5, 6
RTC_BYTES = 492


def _world(name):
    with open(name) as file:
        return file.read().strip()


def reset():
    print("machine.reset")
    sys.exit(3)


def reset_cause():
    return SOFT_RESET if "rtc" in os.listdir() else PWRON_RESET


class RTC:
    def memory(self, data=None):
        if data is None:
            return _world_bytes("rtc")
        if len(data) > RTC_BYTES:
            raise ValueError("buffer too long")
        with open("rtc", "wb") as file:
            file.write(data)


def _world_bytes(name):
    try:
        with open(name, "rb") as file:
            return file.read()
    except OSError:
        return b""


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


class I2C:
    def __init__(self, *, scl, sda, freq=400000):
        bmp280 = BMP280()
        self.chips = {0x18: MCP9808(), 0x76: bmp280, 0x77: bmp280, 0x44: SHT31()}

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

    def writeto(self, address, data):
        chip, state = self._chip(address)
        chip.command(data, state)

    def readfrom(self, address, count):
        chip, state = self._chip(address)
        return chip.answer(state)[:count]


SoftI2C = I2C
