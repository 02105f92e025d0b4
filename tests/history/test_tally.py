"""`history.ledger.tally`: what is expected, live, late and missing. Times in seconds here."""

from __future__ import annotations

from math import ceil

import pytest

from history.ledger.tally import Post, Tally, tally

_DAY = 86_400


def _tally(
    times: list[float],
    *,
    until: int = 600,
    interval: int = 60,
    before: int | None = -60,
    after: int | None = None,
    delays: dict[float, int] | None = None,
) -> Tally:
    posts = [Post(int(at * 1_000), (delays or {}).get(at, 0)) for at in times]
    return tally(
        posts,
        0,
        until * 1_000,
        interval,
        None if before is None else before * 1_000,
        (until if after is None else after) * 1_000,
    )


def _gaps(found: Tally) -> list[tuple[float, float, int]]:
    return [(gap.since / 1_000, gap.until / 1_000, gap.missing) for gap in found.gaps]


def _every(step: float, until: int = 600) -> list[float]:
    return [n * step for n in range(ceil(until / step))]


def test_a_whole_stretch_lacks_nothing() -> None:
    found = _tally(_every(60))
    assert (found.expected, found.live, found.late, found.missing) == (10, 10, 0, 0)


@pytest.mark.parametrize("step", [58.9, 60.4, 61.5])
def test_a_clock_that_drifts_misses_nothing(step: float) -> None:
    assert _tally(_every(step, _DAY), until=_DAY).missing == 0


def test_a_missed_post_is_a_gap_between_its_neighbours() -> None:
    assert _gaps(_tally([0, 60, 180, 240, 300, 360, 420, 480, 540])) == [(60, 180, 1)]


def test_what_came_later_than_its_interval_is_late_and_not_missing() -> None:
    found = _tally(_every(60), delays={60: 61, 120: 60})
    assert (found.live, found.late, found.missing) == (9, 1, 0)


def test_a_gap_over_the_edges_counts_within_alone() -> None:
    found = _tally([300], before=-600, after=900)
    assert _gaps(found) == [(0, 300, 5), (300, 600, 4)]
    assert found.missing + found.live == found.expected


def test_a_stretch_without_any_post_misses_all() -> None:
    found = _tally([], before=-6_000, after=6_000)
    assert (found.missing, found.live) == (10, 0)


def test_nothing_is_expected_before_a_station_is_met() -> None:
    found = _tally([300, 360, 420, 480, 540], before=None)
    assert (found.expected, found.missing) == (5, 0)


def test_a_station_that_was_never_met_misses_nothing() -> None:
    found = _tally([], before=None)
    assert (found.expected, found.missing) == (0, 0)


def test_the_post_that_is_due_just_now_is_not_missing_yet() -> None:
    assert _tally([0, 60, 120], until=200).missing == 0
    assert _tally([0, 60, 120], until=215).missing == 1


@pytest.mark.parametrize(("hours", "expected"), [(23, 1_380), (24, 1_440), (25, 1_500)])
def test_a_day_is_as_long_as_it_is(hours: int, expected: int) -> None:
    until = hours * 3_600
    assert _tally(_every(60, until), until=until).expected == expected


def test_whoever_posts_more_often_than_expected_misses_nothing() -> None:
    found = _tally(_every(30))
    assert (found.expected, found.live, found.missing) == (10, 20, 0)
