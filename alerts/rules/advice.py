"""What the window adviser has to offer for its changes to be told, and which are news. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol


class Advice(Protocol):
    """What to do about one pair of an indoor and an outdoor station at this moment."""

    @property
    def pair(self) -> int:
        """A number that stays with the pair."""

    @property
    def is_open(self) -> bool | None:
        """True: open the windows. False: keep them closed. None: no advice, which is no news."""

    @property
    def sentence(self) -> str:
        """What the dashboard says, in the language that is active."""

    @property
    def since(self) -> int:
        """When it became so, in milliseconds."""


Adviser = Callable[[int], Iterable[Advice]]


def no_adviser(now: int) -> Iterable[Advice]:
    """Stand in where nobody advises."""
    return ()


def news(were_open: Mapping[int, bool], advice: Iterable[Advice]) -> list[Advice]:
    """Return the advice that is another than was told last; the first "closed" is no news."""
    return [
        one
        for one in advice
        if one.is_open is not None and one.is_open != were_open.get(one.pair, False)
    ]
