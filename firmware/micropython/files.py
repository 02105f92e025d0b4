"""Readings that wait, in files: a power cut leaves them alone.

A file fills one block of the flash memory and is only added to; it goes when the server has
everything in it. Its name says

    SERIAL-START-OFFSET-VALUES

START: the start with power that its readings count their milliseconds from; OFFSET: what makes
server time of them, 0 while nobody knows; VALUES: how many a reading has.
"""

import os

FOLDER = "unsent"
FILE_BYTES = 4080
MOST = 30


class Files:
    def __init__(self, memory):
        self.memory = memory
        self.names = []
        self.count = 0  # readings in them
        self.at = 0  # bytes of the oldest that are done with
        if FOLDER not in os.listdir():
            os.mkdir(FOLDER)

    def look(self):
        """Find the files; give up those that say nothing any more, and return how many readings."""
        self.names, self.count, lost = [], 0, 0
        for name in sorted(os.listdir(FOLDER)):
            _, start, offset, values = _parts(name)
            size = os.stat(_path(name))[6]
            is_lost = offset == 0 and start != self.memory.block
            if is_lost or values != self.memory.values:
                lost += size // (10 + 2 * values)
                os.remove(_path(name))
            else:
                self.names.append(name)
                self.count += size // self.memory.width
        return lost

    def entries(self):
        """Yield (start, offset, entry) of each, oldest first."""
        at = self.at
        for name in self.names:
            _, start, offset, _ = _parts(name)
            with open(_path(name), "rb") as file:
                file.seek(at)
                while True:
                    entry = file.read(self.memory.width)
                    if len(entry) < self.memory.width:
                        break
                    yield start, offset, entry
            at = 0

    def add(self, entries):
        """Append; raises OSError. The file is closed each time: only then all is in the flash."""
        name = self._open_name(len(entries))
        with open(_path(name), "ab") as file:
            file.write(entries)
        if name not in self.names:
            self.names.append(name)
        self.count += len(entries) // self.memory.width

    def settle(self, number):
        """Pass over everything up to this number; take away the files that are done with."""
        while self.names and self._is_done(self.names[0], number):
            os.remove(_path(self.names.pop(0)))
            self.at = 0

    def _is_done(self, name, number):
        width = self.memory.width
        with open(_path(name), "rb") as file:
            file.seek(self.at)
            while True:
                entry = file.read(width)
                if len(entry) < width:
                    return True
                found = self.memory.read(entry)
                if found and found[0] > number:
                    return False
                self.at += width
                self.count -= 1

    def give_up_oldest(self):
        """Take the oldest file away; return how many readings went with it."""
        name = self.names.pop(0)
        count = (os.stat(_path(name))[6] - self.at) // self.memory.width
        os.remove(_path(name))
        self.at = 0
        self.count -= count
        return count

    def last_number(self):
        """The last number in them; 0 without any."""
        width = self.memory.width
        for name in reversed(self.names):
            at = os.stat(_path(name))[6] // width * width
            with open(_path(name), "rb") as file:
                while at:
                    at -= width
                    file.seek(at)
                    found = self.memory.read(file.read(width))
                    if found:
                        return found[0]
        return 0

    def name_offset(self):
        """Now the time of this start is known."""
        for place, name in enumerate(self.names):
            serial, start, offset, values = _parts(name)
            if offset == 0:
                self.names[place] = _name(serial, start, self.memory.offset, values)
                os.rename(_path(name), _path(self.names[place]))

    def _open_name(self, more):
        """The file that takes so many bytes more: the last, or a new one."""
        memory, serial = self.memory, 0
        if self.names:
            name = self.names[-1]
            serial, start, _, _ = _parts(name)
            size = os.stat(_path(name))[6]
            is_whole = size % memory.width == 0  # else a power cut left a torn end
            if is_whole and start == memory.block and size + more <= FILE_BYTES:
                return name
        return _name(serial + 1, memory.block, memory.offset, memory.values)


def _path(name):
    return FOLDER + "/" + name


def _name(serial, start, offset, values):
    return "%06d-%d-%d-%d" % (serial, start, offset, values)


def _parts(name):
    return [int(part) for part in name.split("-")]
