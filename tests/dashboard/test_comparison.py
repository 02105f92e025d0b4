"""What is said while a side has no thermometer."""

from __future__ import annotations

from dashboard.comparison import Place, sentence


def _inside(*, was_heard: bool = True, has_thermometer: bool = True) -> Place:
    return Place("Living room", "indoor", was_heard, has_thermometer)


def _outside(*, was_heard: bool = True, has_thermometer: bool = True) -> Place:
    return Place("Garden", "outdoor", was_heard, has_thermometer)


def test_a_station_that_never_posted_is_waited_for() -> None:
    outside = _outside(was_heard=False, has_thermometer=False)
    expected = "No advice yet: Garden has not posted a temperature"
    assert sentence([_inside(), outside]) == expected


def test_inside_may_be_the_side_that_is_waited_for() -> None:
    inside = _inside(was_heard=False, has_thermometer=False)
    expected = "No advice yet: Living room has not posted a temperature"
    assert sentence([inside, _outside()]) == expected


def test_a_station_without_a_thermometer_is_named() -> None:
    expected = "No advice: Garden measures no temperature"
    assert sentence([_inside(), _outside(has_thermometer=False)]) == expected


def test_one_thermometer_on_each_side_is_enough() -> None:
    assert sentence([_inside(), _outside(has_thermometer=False), _outside()]) == ""


def test_nothing_to_compare_with_says_nothing() -> None:
    assert sentence([_inside()]) == ""


def test_places_elsewhere_are_no_outside() -> None:
    assert sentence([_inside(), Place("Cellar", "other", True, True)]) == ""
