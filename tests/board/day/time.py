"""Stands in for MicroPython's `time`: sleeping moves the clock on instead of waiting.

The world's time is the computer's plus all that was slept; the file `skipped` tells the
server by how much. What happens when is in the file `events`: milliseconds since the first
start, and a word. A reset ends this process as it ends a board's program: the next one goes
on with the RTC memory. Timers fire as they fall due.
"""

import sys

import utime
from utime import gmtime, localtime, ticks_add, ticks_diff  # noqa: F401

ROM_MS = 300  # from a reset to where the tick counter begins

skipped = 0
timers = []
hooks = {}
_events = []


def world_ms():
    return utime.time_ns() // 1000000 + skipped


def ticks_ms():
    return (world_ms() - _started) & 0x3FFFFFFF


def ticks_us():
    return ticks_ms() * 1000


def sleep(seconds):
    sleep_ms(int(seconds * 1000))


def sleep_ms(ms):
    global skipped
    until = world_ms() + ms
    while True:
        due = min([until] + [at for at, _ in _events[:1]] + [timer.due for timer in timers])
        skipped += max(0, due - world_ms())
        if _events and _events[0][0] <= due:
            _happen()
        elif due == until:
            return
        else:
            for timer in timers[:]:
                if timer.due <= due:
                    timer.due += timer.period
                    timer.callback(timer)


def _happen():
    word = _events.pop(0)[1]
    with open("happened", "a") as file:
        file.write(word + "\n")
    hooks[word]()


def tell():
    """Let the server's clock follow."""
    with open("skipped.new", "w") as file:
        file.write(str(skipped))
    import os

    os.rename("skipped.new", "skipped")


def leave(status):
    tell()
    sys.exit(status)


def _read(name):
    try:
        with open(name) as file:
            return file.read().split("\n")
    except OSError:
        return [""]


skipped = int(_read("skipped")[0] or 0)
if not _read("first")[0]:
    with open("first", "w") as file:
        file.write(str(world_ms()))
_first = int(_read("first")[0])
_past = len(_read("happened")) - 1
for line in _read("events")[_past:]:
    if line:
        at, word = line.split()
        _events.append((_first + int(at), word))
skipped += ROM_MS
_started = world_ms()
