"""How complete a stretch of time is, and where its gaps are. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from readings.times import SECOND_MS

_SLACK = 0.5  # of an interval: a board that posts every 61 seconds misses none


class Post(NamedTuple):
    """A time a station was heard of, and how long after that it arrived."""

    at: int
    delay_s: int


class Gap(NamedTuple):
    """A time without posts, from the last before it to the first after, and how many lack."""

    since: int
    until: int
    missing: int


@dataclass(frozen=True, slots=True)
class Tally:
    """Posts of a stretch of time; `late` came more than an interval after they were measured."""

    expected: int
    live: int
    late: int
    gaps: Sequence[Gap] = field(default_factory=list)

    @property
    def missing(self) -> int:
        return sum(gap.missing for gap in self.gaps)


def tally(
    posts: Sequence[Post], since: int, until: int, interval_s: int, before: int | None, after: int
) -> Tally:
    """Count the posts of `since` to `until`, which is left out.

    `before` is the last post ahead of it, None when the station is only met within;
    `after` is the first behind it, or the time up to which there are none.
    """
    interval = interval_s * SECOND_MS
    if before is None:
        since = posts[0].at if posts else until
    times = [*([] if before is None else [before]), *(post.at for post in posts), after]
    gaps = [
        gap
        for one, other in pairwise(times)
        if other - one > interval * (1 + _SLACK)
        and (gap := _gap(one, other, since, until, interval)).missing
    ]
    late = sum(post.delay_s > interval_s for post in posts)
    return Tally(max(0, round((until - since) / interval)), len(posts) - late, late, gaps)


def _gap(one: int, other: int, since: int, until: int, interval: int) -> Gap:
    """Return what of a gap lies within: posts are due every interval after the last one."""
    end = min(until, other - int(interval * _SLACK))
    due_before = max(0, (since - 1 - one) // interval)
    due = max(0, (end - 1 - one) // interval)
    return Gap(max(one, since), min(other, until), max(0, due - due_before))
