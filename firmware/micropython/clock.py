"""Time since power came, and a watchdog that resets a board which is stuck."""

import sys
import time

import machine
from memory import STUCK


class Clock:
    """Milliseconds since power came, growing for ever.

    The board has no calendar, and its tick counter starts again at zero every
    12.4 days. Adding up the small differences between two looks at it never
    notices that, as long as somebody looks every few days.
    """

    def __init__(self, ticks=time.ticks_ms, elapsed=0):
        self._ticks = ticks
        self._last = ticks()
        self._elapsed = elapsed

    def ms(self):
        now = self._ticks()
        self._elapsed += time.ticks_diff(now, self._last)
        self._last = now
        return self._elapsed

    def glance(self):
        """The same for a timer, which may come in the middle of ms()."""
        return self._elapsed + time.ticks_diff(self._ticks(), self._last)


class Watchdog:
    """Keeps the time for the next start, and resets the board when it is stuck for five minutes.

    A timer in software, not machine.WDT: on the ESP8266 that one bites after a
    few seconds whatever is asked, less than a slow server may take, and on the
    ESP32 it cannot be stopped again, so it would reset the board in the middle
    of an upload. The chip's own watchdog still guards against hanging C code.
    """

    PERIOD_MS = 1000
    PATIENCE = 300  # periods

    def __init__(self, memory, clock):
        self._memory, self._clock = memory, clock
        self._hungry = 0
        # The ESP8266 has timers in software only, number -1; the ESP32 counts
        # its timers from 0.
        self._timer = machine.Timer(-1 if sys.platform == "esp8266" else 0)
        self._timer.init(period=self.PERIOD_MS, mode=machine.Timer.PERIODIC, callback=self._tick)

    def feed(self):
        self._hungry = 0

    def stop(self):
        self._timer.deinit()

    def _tick(self, timer):
        self._hungry += 1
        if self._hungry > self.PATIENCE:
            print("stuck for five minutes: restarting")
            self._memory.why = STUCK
        self._memory.keep_time(self._clock.glance())
        if self._hungry > self.PATIENCE:
            machine.reset()
