"""The verdict, minute by minute: each guard by itself."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pytest

from alerts.advice.fold import FORGET_MS, Observation, State, fold, step
from alerts.advice.terms import Terms
from alerts.advice.window import Seen, Window
from readings.times import HOUR_MS, MINUTE_MS

_START = 1_780_000_000_000 // HOUR_MS * HOUR_MS
_TERMS = Terms(comfort=22.0, open_margin=1.0, close_margin=0.3, season=18.0, dwell_min=20)

# By how much it is cooler outside, from one minute to the next; None: silence outside.
Course = Iterable[float | None]


def _run(
    course: Course,
    *,
    inside: float = 26.0,
    state: State | None = None,
    terms: Terms = _TERMS,
    recent_max: float | None = 25.0,
) -> State:
    state = state or State(at=_START - MINUTE_MS)
    for difference in course:
        outside = None if difference is None else inside - difference
        seen = Observation(state.at + MINUTE_MS, inside, outside, recent_max)
        state = step(state, seen, terms)
    return state


def _is_open(course: Course, **more: object) -> bool:
    return _run(course, **more).is_open  # type: ignore[arg-type]


def test_the_windows_are_closed_to_begin_with() -> None:
    assert not State().is_open


@pytest.mark.parametrize(("cooler_by", "is_open"), [(0.9, False), (1.0, True), (5.0, True)])
def test_they_open_once_it_is_cooler_by_the_margin(cooler_by: float, is_open: bool) -> None:
    assert _is_open([cooler_by]) == is_open


@pytest.mark.parametrize("cooler_by", [0.31, 0.6, 0.99])
def test_between_the_margins_they_stay_as_they_are(cooler_by: float) -> None:
    assert _is_open([1.5, *[cooler_by] * 60])
    assert not _is_open([0.0, *[cooler_by] * 60])


@pytest.mark.parametrize("cooler_by", [0.3, 0.0, -3.0])
def test_they_close_once_it_is_hardly_cooler(cooler_by: float) -> None:
    assert not _is_open([1.5, *[cooler_by] * 21])


def test_no_change_before_the_dwell_is_over() -> None:
    opened = _run([1.5])
    assert _run([-2.0] * 19, state=opened).is_open
    assert not _run([-2.0] * 20, state=opened).is_open


def test_what_wavers_within_the_dwell_is_no_change() -> None:
    assert _run([1.5, *[-2.0, 2.0] * 9]).changed_at == _START


def test_a_house_that_is_cool_enough_is_not_cooled() -> None:
    assert not _is_open([3.0], inside=22.0)
    assert _is_open([3.0], inside=22.1)


def test_cooling_goes_on_until_half_a_degree_below_comfort() -> None:
    opened = _run([3.0], inside=23.0)
    assert _run([3.0] * 30, inside=21.5, state=opened).is_open
    assert not _run([3.0] * 30, inside=21.4, state=opened).is_open


def test_a_heated_house_in_winter_is_not_cooled() -> None:
    assert not _is_open([15.0], inside=24.0, recent_max=6.0)


def test_a_warm_day_before_makes_it_summer() -> None:
    assert _is_open([10.0], inside=24.0, recent_max=18.0)


def test_the_first_warm_hours_make_it_summer_too() -> None:
    assert _is_open([5.0], inside=24.0, recent_max=6.0)


def test_without_a_day_before_the_present_decides() -> None:
    assert _is_open([5.0], inside=24.0, recent_max=None)
    assert not _is_open([7.0], inside=24.0, recent_max=None)


def test_the_end_of_summer_closes_no_window_that_is_open() -> None:
    opened = _run([7.0], inside=24.0)
    assert _run([7.0] * 60, inside=24.0, state=opened, recent_max=6.0).is_open


def test_silence_leaves_the_verdict_for_when_it_ends() -> None:
    assert _is_open([1.5, *[None] * 60, 0.9])


def test_long_silence_forgets_the_verdict() -> None:
    minutes = FORGET_MS // MINUTE_MS
    assert _is_open([1.5, *[None] * minutes])
    assert not _is_open([1.5, *[None] * (minutes + 1)])


def test_what_was_forgotten_is_not_taken_back_within_the_dwell() -> None:
    forgotten = _run([1.5, *[None] * (FORGET_MS // MINUTE_MS + 1)])
    assert not _run([3.0] * 19, state=forgotten).is_open
    assert _run([3.0] * 20, state=forgotten).is_open


def test_silence_has_no_difference() -> None:
    assert _run([1.5, None]).difference is None


def test_since_when_it_is_cooler_is_when_it_crossed() -> None:
    state = _run([-1.0, -0.5, 0.1, 0.6, 1.1])
    assert (state.turned_at, state.is_open) == (_START + 2 * MINUTE_MS, True)


def test_before_the_first_crossing_since_is_unknown() -> None:
    assert _run([1.0, 2.0]).turned_at is None


def test_the_trail_holds_an_hour_in_steps_of_ten_minutes() -> None:
    trail = _run([minute / 10 for minute in range(200)]).trail
    assert [(at - _START) // MINUTE_MS for at, _ in trail] == list(range(130, 191, 10))
    assert [round(difference, 1) for _, difference in trail] == list(range(13, 20))


def test_a_state_survives_the_database() -> None:
    state = _run([-0.5] * 30 + [1.5] * 30)
    assert State.restored(json.loads(json.dumps(state._asdict()))) == state


def test_a_fold_cut_in_two_is_the_fold_in_one() -> None:
    """What a restart is: the second half goes on from the state the first left."""

    def windows() -> tuple[Window, Window]:
        times = range(_START, _START + 6 * HOUR_MS, MINUTE_MS)
        inside = [Seen(at, at, 25.0 + at // MINUTE_MS % 3 / 16) for at in times]
        outside = [Seen(at, at, 28.0 - (at - _START) / HOUR_MS) for at in times]
        return Window(inside, 5 * MINUTE_MS), Window(outside, 5 * MINUTE_MS)

    def run(state: State, since: int, until: int) -> State:
        minutes = range(_START + since * MINUTE_MS, _START + until * MINUTE_MS, MINUTE_MS)
        return list(fold(state, windows(), minutes, _TERMS, lambda _: 25.0))[-1]

    whole = run(State(), 0, 360)
    assert whole.is_open
    for cut in (1, 59, 200, 280):
        assert run(run(State(), 0, cut), cut, 360) == whole
