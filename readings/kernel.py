"""What the kernel knows about time. Where it is not Linux, it vouches for nothing."""

from __future__ import annotations

import ctypes
import sys
import time
from functools import cache
from pathlib import Path

_TIME_ERROR = 5  # adjtimex(2): the clock is not synchronised
_TIMEX_BYTES = 512  # struct timex takes 208 on 64 bits; reading needs it zeroed, no more


def since_boot_ms() -> int:
    """Return milliseconds since the machine's start, sleep included; no one can set this clock."""
    if sys.platform == "linux":
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
    return time.monotonic_ns() // 1_000_000


@cache
def boot_id() -> str:
    """Return what tells this start of the machine from the next; empty when unknown."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def is_synchronised() -> bool:
    """True when a time service (NTP) disciplines the clock and says that it is right."""
    if sys.platform != "linux":
        return False
    state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    return state not in (-1, _TIME_ERROR)


def has_clock_chip() -> bool:
    """True when the machine has a clock that goes on while it is switched off."""
    return sys.platform != "linux" or any(Path("/sys/class/rtc").glob("rtc*"))
