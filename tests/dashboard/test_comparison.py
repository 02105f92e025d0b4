"""Inside against outside, in one sentence."""

from __future__ import annotations

from dashboard.comparison import Place, sentence
from stations.state import State


def _inside(celsius: float | None = 22, state: State = "live", quiet_s: float | None = 5) -> Place:
    return Place("Living room", "indoor", state, celsius, quiet_s)


def _outside(celsius: float | None = 18, state: State = "live", quiet_s: float | None = 5) -> Place:
    return Place("Garden", "outdoor", state, celsius, quiet_s)


def test_cooler_outside() -> None:
    assert (
        sentence([_inside(22), _outside(18.2)], "C") == "It is 3.8 °C cooler outside than inside."
    )


def test_warmer_outside() -> None:
    assert sentence([_inside(22), _outside(25)], "C") == "It is 3.0 °C warmer outside than inside."


def test_equally_warm() -> None:
    assert sentence([_inside(22), _outside(22.04)], "C") == "It is as warm outside as inside."


def test_fahrenheit_differences_have_no_offset() -> None:
    assert sentence([_inside(20), _outside(15)], "F") == "It is 9.0 °F cooler outside than inside."


def test_several_rooms_count_as_their_mean() -> None:
    rooms = [_inside(20), _inside(24), _outside(20)]
    assert sentence(rooms, "C") == "It is 2.0 °C cooler outside than inside."


def test_a_silent_room_does_not_count() -> None:
    rooms = [_inside(20), _inside(40, "silent", 9_000), _outside(20)]
    assert sentence(rooms, "C") == "It is as warm outside as inside."


def test_a_late_station_still_counts() -> None:
    assert "cooler" in sentence([_inside(22), _outside(18, "late", 200)], "C")


def test_nothing_to_compare_with_says_nothing() -> None:
    assert sentence([_inside()], "C") == ""


def test_places_elsewhere_are_no_outside() -> None:
    assert sentence([_inside(), Place("Cellar", "other", "live", 12, 5)], "C") == ""


def test_silence_outside_is_named_with_its_length() -> None:
    outside = _outside(18, "silent", 40 * 60)
    expected = "No comparison: Garden has been silent for 40 minutes."
    assert sentence([_inside(), outside], "C") == expected


def test_silence_inside_is_named() -> None:
    inside = _inside(22, "silent", 2 * 3_600)
    expected = "No comparison: Living room has been silent for 2 hours."
    assert sentence([inside, _outside()], "C") == expected


def test_a_station_that_never_posted_is_waited_for() -> None:
    outside = _outside(None, "waiting", None)
    expected = "No comparison yet: Garden has not posted a temperature."
    assert sentence([_inside(), outside], "C") == expected


def test_a_station_without_a_thermometer_is_named() -> None:
    expected = "No comparison: Garden measures no temperature."
    assert sentence([_inside(), _outside(None)], "C") == expected
