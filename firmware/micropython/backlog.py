"""The readings the server has not acknowledged yet, oldest first.

6 bytes a reading in two arrays made once at the start, so that a long outage
neither grows nor fragments the heap.
"""

from array import array

CAPACITY = 960  # 16 hours of minutes in 5.8 kB of the ESP8266's 36 kB


class Backlog:
    def __init__(self, capacity=CAPACITY):
        self._seconds = array("I", bytes(4 * capacity))
        self._hundredths = array("h", bytes(2 * capacity))
        self._capacity = capacity
        self._first = 0
        self._count = 0
        self._next_number = 1

    def __len__(self):
        return self._count

    def push(self, seconds, celsius):
        """Add a reading taken `seconds` after the start; True = the oldest had to go."""
        is_full = self._count == self._capacity
        if is_full:
            self.drop_oldest()
        place = (self._first + self._count) % self._capacity
        self._seconds[place] = seconds
        self._hundredths[place] = round(celsius * 100)
        self._count += 1
        self._next_number += 1
        return is_full

    def oldest(self):
        """(seconds, celsius, number); numbers follow each other without gaps."""
        number = self._next_number - self._count
        return self._seconds[self._first], self._hundredths[self._first] / 100, number

    def drop_oldest(self):
        self._first = (self._first + 1) % self._capacity
        self._count -= 1
