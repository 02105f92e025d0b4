"""The server's own troubles: what is wrong, and how long it must be right to be over. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from readings.times import MINUTE_MS

# A disk that hovers about the mark is one trouble, not twenty.
_OVER_AFTER_MS = 10 * MINUTE_MS

SEVERE = frozenset({"full disk", "database", "clock"})
_NAMES = {"disk": "disk", "integrity check": "database"}


class Result(NamedTuple):
    """How a task of the housekeeping ended."""

    is_ok: bool
    text: str


def troubles(
    results: Mapping[str, Result], *, is_disk_full: bool, clock_objection: str, damage: str
) -> dict[str, str]:
    """Return what is wrong by name, each with the operator's sentence."""
    found = {
        _NAMES.get(name, name): result.text for name, result in results.items() if not result.is_ok
    }
    if is_disk_full:
        found["full disk"] = "Nothing is stored. Make room."
    if clock_objection:
        found["clock"] = clock_objection
    if damage:
        found["database"] = damage
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """`since`: since when a trouble that was told seems to be over, in milliseconds."""

    is_raised: bool = False
    since: int | None = None


def settle(standing: Standing, is_on: bool, now: int) -> Standing:
    """Return how it stands now: a trouble begins at once, and is over when it stays away."""
    if is_on:
        return Standing(is_raised=True)
    if not standing.is_raised:
        return Standing()
    since = now if standing.since is None or standing.since > now else standing.since
    return Standing(is_raised=now - since < _OVER_AFTER_MS, since=since)
