"""What a viewer chose, and how a browser keeps it. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

_NUMBERS = re.compile(r"\d{1,9}(\.\d{1,9}){0,199}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Choices:
    """Empty stands for: as the house has it, or for the language as the browser says."""

    unit: str = ""
    language: str = ""
    hidden_stations: frozenset[int] = frozenset()


def now_hidden(before: Choices, offered: Collection[int], shown: Collection[int]) -> frozenset[int]:
    """Return what is hidden from now on. What was not on offer stays hidden if it was."""
    return (frozenset(offered) - set(shown)) | (before.hidden_stations - set(offered))


def to_text(numbers: frozenset[int]) -> str:
    """Return numbers in characters that a cookie may hold, e.g. `3.17`."""
    return ".".join(map(str, sorted(numbers)))


def from_text(text: str) -> frozenset[int]:
    """Return the numbers of such a text; nothing of one that is not ours."""
    if not _NUMBERS.fullmatch(text):
        return frozenset()
    return frozenset(map(int, text.split(".")))
