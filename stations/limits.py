"""Rate limits that hold across worker processes, in memory that they share. Pure.

`usage` is made when this module is first imported. A server that forks its workers
imports it before, so that all of them count in the same table; a process that
forks none has a table of its own. Nothing of it is ever on the disk.

Each slot holds a key and the moment at which all that was taken is given back
(the generic cell rate algorithm), on a clock that no correction moves. An unused
slot and one whose moment has passed mean the same, so slots are used again.
"""

from __future__ import annotations

import mmap
import os
import secrets
import struct
import sys
import tempfile
import threading
import time
import zlib
from functools import lru_cache
from types import TracebackType
from typing import NamedTuple

from stations.peers import address_bytes

_now = time.monotonic  # the same for all processes, and no correction of the clock moves it
_SLOT = struct.Struct("=16sdd")  # key, spent until, told at (both in seconds of the clock)
_WAYS = 8  # slots that a key may be in
_SET_BYTES = _WAYS * _SLOT.size
_SETS = 1024  # of each kind: 8,192 stations and as many addresses
_SIZE = 2 * _SETS * _SET_BYTES  # 512 kB, of which only touched pages take memory
_FREE = bytes(16)
_TELL_EVERY_S = 60
_SALT = secrets.randbits(32)  # nobody outside can aim for the slots of another


class Limit(NamedTuple):
    """So many a minute in the long run, and so many at one go. 0 a minute is no limit."""

    per_minute: float
    burst: int


class Place(NamedTuple):
    """What is counted, and where in the table its slots are."""

    key: bytes
    offset: int


@lru_cache(8_192)
def place_of_station(station_id: int) -> Place:
    return _place(b"s" + station_id.to_bytes(15, "big"), 0)


@lru_cache(8_192)
def place_of_address(address: str) -> Place:
    """Return the place of an IP address; all of an IPv6 /64 are one."""
    return _place(b"a" + address_bytes(address).rjust(15, b"\0"), _SETS * _SET_BYTES)


@lru_cache(1_024)
def place_of_guesser(address: str) -> Place:
    """Return the place of an address that opens links: no wrong board locks a phone out."""
    return _place(b"g" + address_bytes(address).rjust(15, b"\0"), _SETS * _SET_BYTES)


def _place(key: bytes, start: int) -> Place:
    return Place(key, start + zlib.crc32(key, _SALT) % _SETS * _SET_BYTES)


class Usage:
    """What each key has used up. Hold it (`with usage:`) for every call but `is_clean`."""

    def __init__(self) -> None:
        self._file = _unnamed_file()
        os.ftruncate(self._file, _SIZE)
        self._memory = mmap.mmap(self._file, _SIZE)
        self._between_threads = threading.Lock()

    def close(self) -> None:
        self._memory.close()
        os.close(self._file)

    def __enter__(self) -> Usage:
        self._between_threads.acquire()
        _lock_between_processes(self._file)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        _unlock_between_processes(self._file)
        self._between_threads.release()

    def is_clean(self, place: Place) -> bool:
        """True when nothing was ever taken by this key: one glance, without the lock."""
        return self._memory.find(place.key, place.offset, place.offset + _SET_BYTES) < 0

    def take(self, place: Place, limit: Limit, cost: int = 1) -> float:
        """Take `cost` and return 0, or take nothing and return the seconds to wait.

        What costs more than a whole burst is let through when nothing is used up.
        """
        if limit.per_minute <= 0:
            return 0.0
        now = _now()
        at, spent_until, told_at = self._find(place)
        interval = 60 / limit.per_minute
        spent_until = max(spent_until, now) + min(cost, limit.burst) * interval
        wait = spent_until - now - limit.burst * interval
        if wait > 1e-6:
            return wait
        _SLOT.pack_into(self._memory, at, place.key, spent_until, told_at)
        return 0.0

    def wait_s(self, place: Place, limit: Limit) -> float:
        """Return the seconds until one could be taken; 0 when it could be now."""
        if limit.per_minute <= 0:
            return 0.0
        now = _now()
        _, spent_until, _ = self._find(place)
        wait = max(spent_until, now) - now - (limit.burst - 1) * 60 / limit.per_minute
        return wait if wait > 1e-6 else 0.0

    def should_tell(self, place: Place) -> bool:
        """True once a minute, in one process: when the log may say that this key is over."""
        at, spent_until, told_at = self._find(place)
        now = _now()
        if now - told_at < _TELL_EVERY_S:
            return False
        _SLOT.pack_into(self._memory, at, place.key, spent_until, now)
        return True

    def _find(self, place: Place) -> tuple[int, float, float]:
        """Return where a key's slot is or may be put, spent until when, and told when."""
        key, spent_until, told_at = _SLOT.unpack_from(self._memory, place.offset)
        if key == place.key:  # in the first slot: nearly always
            return place.offset, spent_until, told_at
        oldest = (float("inf"), place.offset)
        for at in range(place.offset, place.offset + _SET_BYTES, _SLOT.size):
            key, spent_until, told_at = _SLOT.unpack_from(self._memory, at)
            if key == place.key:
                return at, spent_until, told_at
            oldest = min(oldest, (0.0 if key == _FREE else spent_until, at))
        # The one that has the least to lose makes room; nearly always it has nothing.
        return oldest[1], 0.0, float("-inf")


def _unnamed_file() -> int:
    """Return a file that no name leads to and that lives in memory where that is possible."""
    if sys.platform == "linux":
        return os.memfd_create("iotserver-limits")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


if sys.platform == "win32":  # one server process, which threads share

    def _lock_between_processes(file: int) -> None: ...

    def _unlock_between_processes(file: int) -> None: ...

else:
    import fcntl

    # A record lock belongs to a process even where the file came with the fork, and
    # ends with it, however it ends.
    def _lock_between_processes(file: int) -> None:
        fcntl.lockf(file, fcntl.LOCK_EX)

    def _unlock_between_processes(file: int) -> None:
        fcntl.lockf(file, fcntl.LOCK_UN)


usage = Usage()
