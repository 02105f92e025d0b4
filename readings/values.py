"""Numbers as boards write them. Pure.

Python's `float()` and `int()` take far too much: `nan`, `1_000`, Arabic digits,
blanks. Only plain ASCII decimals pass here.
"""

from __future__ import annotations

import re
from functools import lru_cache

from stations.wire import FIELD_MAX, FIELD_MIN

MAX_MAGNITUDE = 1e12
# In ms since 1970. Before 2001: a clock that was never set (boards begin at 1970 or
# 2000). After 2100: not milliseconds.
EARLIEST_MS, LATEST_MS = 978_307_200_000, 4_102_444_800_000
_LONGEST = 32

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?", re.ASCII)
_DIGITS = re.compile(r"[0-9]{1,10}", re.ASCII)


class InvalidValue(ValueError):
    """Text that is not what it should be. Its message is the board's reply."""


def parse_value(text: str) -> float:
    """Return a finite decimal number such as `21.5`, `-3` or `1.2e1`."""
    if len(text) > _LONGEST or not _NUMBER.fullmatch(text):
        raise InvalidValue("bad data: number")
    return checked_value(float(text)) + 0.0  # -0.0 becomes 0.0


def checked_value(value: float) -> float:
    """Return a value that the database takes, too."""
    if not abs(value) <= MAX_MAGNITUDE:  # put so that NaN fails
        raise InvalidValue("bad data: too large")
    return value


def checked_time(ms: int) -> int:
    """Return a time in milliseconds since the epoch that the database takes, too."""
    if not EARLIEST_MS <= ms < LATEST_MS:
        raise InvalidValue("bad time")
    return ms


@lru_cache(FIELD_MAX)
def parse_field(text: str) -> int:
    """Return a field number, 1 to 99."""
    if not _DIGITS.fullmatch(text) or not FIELD_MIN <= int(text) <= FIELD_MAX:
        raise InvalidValue(f"bad field: {FIELD_MIN}-{FIELD_MAX}")
    return int(text)


def parse_age_s(text: str, longest_s: int) -> int:
    """Return an age in whole seconds, at most `longest_s`."""
    if not _DIGITS.fullmatch(text):
        raise InvalidValue("bad age: seconds")
    if int(text) > longest_s:
        raise InvalidValue("bad age: too old")
    return int(text)
