"""What a reset leaves alone: the RTC memory of the chip. A power cut clears it.

64 bytes about the time and the numbers of the readings, then the newest readings that wait.
"""

import os
import struct
import time

import machine

SIZE = 492  # what MicroPython leaves of it on an ESP8266
HEAD = "<BB8sIHIQqQqQB"
COUNT, CHECK, START = 61, 62, 64  # where the count, the check and the readings are
MAGIC = 0xA9
RESTART_MS = 400  # from the last look at the clock over a reset to the counter's start, about
NUMBERS = 100000  # to a block; a start with power begins a block that none before it has used
STARTS = "starts.txt"
ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
STUCK, ERROR, UPDATE = 1, 2, 3  # why the firmware restarted the board


def check(data):
    """One byte by which a torn reading is known."""
    found = 0x5A
    for byte in data:
        found = (found * 31 + byte) & 0xFF
    return found


def word_and_block():
    """The board's own word and the last block of numbers it has used; ("", 0) when new."""
    try:
        with open(STARTS) as file:
            word, block, _ = file.read().split()  # torn without the third
        return word, int(block)
    except (OSError, ValueError):
        return "", 0


def reserve(word, block):
    """Remember that a block is used; return the word to use with it."""
    word = word or _new_word()
    try:
        with open(STARTS + ".new", "w") as file:
            file.write("%s %d ." % (word, block))
        os.rename(STARTS + ".new", STARTS)
    except OSError:
        return _new_word()  # nothing may build on numbers that are forgotten
    return word


def _new_word():
    return "".join(ALPHABET[byte % 36] for byte in os.urandom(8))


class Memory:
    """
    boot, block, next: the word and the numbers that readings are known by
    elapsed, ticks: milliseconds since power came, and the tick counter then
    offset, synced: what makes server time of elapsed (0 = unknown), and as of when
    old_offset, old_synced: the same before, while readings wait (0 = none)
    why: the reason of a restart that the firmware ordered
    """

    def __init__(self, values=None):
        self.rtc = machine.RTC()
        self.image = bytearray(SIZE)
        self.is_busy = False
        held = self.rtc.memory()
        self.is_warm = len(held) == SIZE and held[0] == MAGIC and self._is_whole(held)
        if self.is_warm:
            self.image[:] = held
        else:
            self.image[1] = values or 0
        self._unpack()
        if values is not None and self.values != values:  # another sensor than before
            self.values, self.count = values, 0
        self.width = 10 + 2 * self.values
        self.capacity = (SIZE - START) // self.width
        self.count = self._whole_entries()

    def _is_whole(self, held):
        return held[CHECK] == check(held[:CHECK]) and held[1] <= 9

    def _whole_entries(self):
        """How many follow each other until one that a reset tore while it was written."""
        for index in range(min(self.count, self.capacity)):
            if not self.read(self.entry(index)):
                return index
        return min(self.count, self.capacity)

    def _unpack(self):
        found = struct.unpack(HEAD, self.image)
        self.values, self.boot = found[1], found[2].decode()
        self.next, self.block, self.ticks = found[3:6]
        self.elapsed, self.offset, self.synced, self.old_offset, self.old_synced = found[6:11]
        self.why = found[11]
        self.count = self.image[COUNT]

    def save(self):
        head = (self.boot.encode(), self.next, self.block, self.ticks, self.elapsed)
        rest = (self.offset, self.synced, self.old_offset, self.old_synced, self.why)
        struct.pack_into(HEAD, self.image, 0, MAGIC, self.values, *(head + rest))
        self.image[COUNT] = self.count
        self.image[CHECK] = check(memoryview(self.image)[:CHECK])
        self.rtc.memory(self.image)

    def keep_time(self, elapsed):
        """Called by a timer, too: not in the middle of a change."""
        if not self.is_busy:
            self.elapsed, self.ticks = elapsed, time.ticks_ms()
            self.save()

    def elapsed_now(self):
        """Milliseconds since power came, at the start of a program.

        The tick counter starts at 0 with the chip and goes on over a restart of MicroPython alone.
        """
        now = time.ticks_ms()
        if not self.is_warm:
            return 0
        gone = time.ticks_diff(now, self.ticks)
        return self.elapsed + (gone if gone >= 0 else now + RESTART_MS)

    def add(self, elapsed, values):
        self.is_busy = True
        at = START + self.count * self.width
        low, high = elapsed & 0xFFFFFFFF, elapsed >> 32
        struct.pack_into("<IIB%dh" % self.values, self.image, at, self.next, low, high, *values)
        end = at + self.width - 1
        self.image[end] = check(memoryview(self.image)[at:end])
        self.count += 1
        self.next += 1
        self.is_busy = False
        self.save()

    def drop(self, count):
        """Forget the oldest."""
        self.is_busy = True
        size = count * self.width
        self.image[START : SIZE - size] = self.image[START + size :]
        self.count -= count
        self.is_busy = False
        self.save()

    def entry(self, index):
        at = START + index * self.width
        return memoryview(self.image)[at : at + self.width]

    def read(self, entry):
        """(number, elapsed, values) of an entry, or None when it is torn."""
        if len(entry) < self.width or entry[self.width - 1] != check(entry[: self.width - 1]):
            return None
        found = struct.unpack("<IIB%dh" % self.values, entry)
        return found[0], found[1] | found[2] << 32, found[3:]
