"""When was it cooler outside than inside? Pure.

Charts and advice both ask here, so that they agree for the same instant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

Point = tuple[int, float | None]
"""A time in milliseconds and a value; None: from here on nothing is known."""


class Spell(NamedTuple):
    """From `since` up to `until`, in milliseconds."""

    since: int
    until: int


def is_cooler(inside: float | None, outside: float | None) -> bool:
    """True when both are known and outside is below inside."""
    return inside is not None and outside is not None and outside < inside


def cooler_outside(
    indoor_points: Iterable[Point], outdoor_points: Iterable[Point], until: int
) -> list[Spell]:
    """Return when it was cooler outside, oldest first, up to `until`.

    Both in order of time. A value holds until the next of its place.
    """
    spells: list[Spell] = []
    began: int | None = None
    for at, inside, outside in _merged(indoor_points, outdoor_points):
        if at >= until:
            break
        cooler = is_cooler(inside, outside)
        if cooler and began is None:
            began = at
        elif not cooler and began is not None:
            spells.append(Spell(began, at))
            began = None
    if began is not None:
        spells.append(Spell(began, until))
    return spells


def _merged(
    indoor: Iterable[Point], outdoor: Iterable[Point]
) -> Iterator[tuple[int, float | None, float | None]]:
    """Yield each time at which either place changes, with what holds from then on."""
    changes: dict[int, list[tuple[bool, float | None]]] = {}
    for is_indoor, points in ((True, indoor), (False, outdoor)):
        for at, value in points:
            changes.setdefault(at, []).append((is_indoor, value))
    inside: float | None = None
    outside: float | None = None
    for at in sorted(changes):
        for is_indoor, value in changes[at]:
            if is_indoor:
                inside = value
            else:
                outside = value
        yield at, inside, outside
