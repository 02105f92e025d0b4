"""The readings the server has not acknowledged yet, oldest first.

The newest wait in RTC memory, which a reset leaves alone. Twenty at a time go on to a file,
which a power cut leaves alone, too.
"""

from files import MOST, Files
from memory import NUMBERS, START, Memory, reserve, word_and_block

BATCH = 20  # a power cut costs no more
NO_SPACE = 28


class Backlog:
    def __init__(self, values=1):
        self.memory = Memory(values)
        self.files = Files(self.memory)
        self.lost = self.files.look()
        if not self.memory.is_warm:
            self._begin()
        self._forget_to(self.files.last_number())  # a reset came before they left RTC memory

    def __len__(self):
        return self.files.count + self.memory.count

    def push(self, elapsed, values):
        """Add a reading; return how many old ones were lost for want of room."""
        memory, lost = self.memory, self.lost
        if memory.count >= BATCH:
            self._file()
        if memory.count == memory.capacity:
            memory.drop(1)
            self.lost += 1
        if memory.next % NUMBERS == 0:
            self._reserve(memory.next // NUMBERS)
        memory.add(elapsed, values)
        return self.lost - lost

    def take(self, most):
        """Yield (number, server time or None, elapsed, values) of the oldest; times in ms."""
        memory, last = self.memory, 0
        for start, offset, entry in self.files.entries():
            found = memory.read(entry)
            if found and found[0] > last:  # twice the same after a write that failed
                last, elapsed, values = found
                is_own = start == memory.block
                yield last, self.time(elapsed) if is_own else elapsed + offset, elapsed, values
                most -= 1
                if not most:
                    return
        for index in range(min(most, memory.count)):
            number, elapsed, values = memory.read(memory.entry(index))
            yield number, self.time(elapsed), elapsed, values

    def settle(self, number):
        """Forget everything up to this number: the server has it."""
        self.files.settle(number)
        self._forget_to(number)
        if not len(self):
            self.memory.old_offset = 0

    def set_time(self, server_ms, elapsed):
        """Learn what the server's clock showed at a moment of ours."""
        memory = self.memory
        was_unknown = not memory.offset
        if len(self) and not memory.old_offset:
            memory.old_offset, memory.old_synced = memory.offset, memory.synced
        memory.offset, memory.synced = server_ms - elapsed, elapsed
        memory.save()
        if was_unknown:
            self.files.name_offset()

    def time(self, elapsed):
        """Server time of a moment since power came; None while nobody knows.

        Our clock drifts: evenly, it is taken, from one comparison to the next.
        """
        memory = self.memory
        if not memory.offset:
            return None
        if not memory.old_offset or elapsed >= memory.synced:
            return elapsed + memory.offset
        gone, between = elapsed - memory.old_synced, memory.synced - memory.old_synced
        drift = (memory.offset - memory.old_offset) * max(0, gone) // max(1, between)
        return elapsed + memory.old_offset + drift

    def _file(self):
        """Move what RTC memory holds to a file."""
        memory, files = self.memory, self.files
        size = memory.count * memory.width
        try:
            files.add(memoryview(memory.image)[START : START + size])
        except OSError as error:
            at = files.at
            self.lost += files.look()
            files.count -= at // memory.width
            if error.args[0] == NO_SPACE and files.names:
                self.lost += files.give_up_oldest()
            return
        memory.drop(memory.count)
        if len(files.names) > MOST:
            self.lost += files.give_up_oldest()

    def _forget_to(self, number):
        memory, count = self.memory, 0
        while count < memory.count and memory.read(memory.entry(count))[0] <= number:
            count += 1
        if count:
            memory.drop(count)

    def _begin(self):
        """Power came: numbers that were never used, and time counted anew."""
        self.memory.boot, block = word_and_block()
        self._reserve(max(block, self.files.last_number() // NUMBERS) + 1)
        self.memory.block = self.memory.next // NUMBERS
        self.memory.save()

    def _reserve(self, block):
        if block > 9999:  # ten thousand starts: all over again
            self.memory.boot, block = "", 1
            while self.files.names:
                self.lost += self.files.give_up_oldest()
        self.memory.boot = reserve(self.memory.boot, block)
        self.memory.next = block * NUMBERS + 1
