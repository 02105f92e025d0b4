"""Stands in for MicroPython's `machine` in a day that `time` makes up."""

import sys
import time

PWRON_RESET, WDT_RESET, SOFT_RESET = 0, 1, 4
STATUS = 3  # of a process that ends as a board restarts

_memory = b""
try:
    with open("rtc", "rb") as file:
        _memory = file.read()
except OSError:
    pass


def reset_cause():
    return SOFT_RESET if _memory else PWRON_RESET


def reset():
    with open("rtc", "wb") as file:
        file.write(_memory)
    time.leave(STATUS)


def power_cut():
    with open("rtc", "wb"):
        pass
    time.leave(STATUS)


time.hooks["reset"] = reset
time.hooks["power-cut"] = power_cut
time.hooks["end"] = lambda: time.leave(0)


class RTC:
    def memory(self, data=None):
        global _memory
        if data is None:
            return _memory
        assert len(data) <= 492
        _memory = bytes(data)


class Pin:
    def __init__(self, number):
        pass


class Timer:
    PERIODIC = 1

    def __init__(self, number):
        pass

    def init(self, *, period, mode, callback):
        self.period, self.callback = period, callback
        self.due = time.world_ms() + period
        time.timers.append(self)

    def deinit(self):
        if self in time.timers:
            time.timers.remove(self)


def SoftI2C(**wires):
    return sys
