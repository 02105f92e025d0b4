"""When it was cooler outside than inside."""

from __future__ import annotations

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from history.cooler import Point, Spell, cooler_outside, is_cooler


def test_a_crossing_begins_and_ends_a_spell() -> None:
    inside: list[Point] = [(0, 22.0)]
    outside: list[Point] = [(0, 25.0), (10, 21.0), (30, 23.0)]
    assert cooler_outside(inside, outside, 60) == [Spell(10, 30)]


def test_as_warm_is_not_cooler() -> None:
    assert cooler_outside([(0, 22.0)], [(0, 22.0)], 60) == []


def test_what_goes_on_ends_with_the_range() -> None:
    assert cooler_outside([(0, 22.0)], [(5, 20.0)], 60) == [Spell(5, 60)]


def test_nothing_is_said_while_one_place_is_silent() -> None:
    inside: list[Point] = [(0, 22.0), (20, None), (40, 22.0)]
    assert cooler_outside(inside, [(0, 20.0)], 60) == [Spell(0, 20), Spell(40, 60)]


def test_both_changing_at_once_is_one_change() -> None:
    inside: list[Point] = [(0, 22.0), (10, 15.0)]
    outside: list[Point] = [(0, 20.0), (10, 14.0)]
    assert cooler_outside(inside, outside, 20) == [Spell(0, 20)]


def test_what_comes_after_the_range_does_not_count() -> None:
    assert cooler_outside([(0, 22.0)], [(0, 25.0), (60, 20.0)], 60) == []


_values = st.none() | st.sampled_from([18.0, 19.0, 20.0, 21.0])
_steps = st.lists(st.tuples(st.integers(1, 5), _values), max_size=12)


def _points(steps: list[tuple[int, float | None]]) -> list[Point]:
    times = accumulate(step for step, _ in steps)
    return [(at, value) for at, (_, value) in zip(times, steps, strict=True)]


def _at(points: list[Point], instant: int) -> float | None:
    return next((value for at, value in reversed(points) if at <= instant), None)


@given(indoor=_steps, outdoor=_steps)
def test_every_instant_agrees_with_the_values_that_hold_then(
    indoor: list[tuple[int, float | None]], outdoor: list[tuple[int, float | None]]
) -> None:
    inside, outside, until = _points(indoor), _points(outdoor), 40
    spells = cooler_outside(inside, outside, until)
    for instant in range(until):
        in_a_spell = any(one.since <= instant < one.until for one in spells)
        assert in_a_spell == is_cooler(_at(inside, instant), _at(outside, instant))
