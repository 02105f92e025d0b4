"""What was known of a sensor at any minute."""

from __future__ import annotations

import pytest

from alerts.advice.window import Seen, Window
from readings.times import HOUR_MS, MINUTE_MS

_START = 1_780_000_000_000 // MINUTE_MS * MINUTE_MS
_FRESH = 5 * MINUTE_MS


def _seen(minute: float, celsius: float, *, known: float | None = None) -> Seen:
    at = _START + round(minute * MINUTE_MS)
    return Seen(at, at if known is None else _START + round(known * MINUTE_MS), celsius)


def _at(*seen: Seen, minute: float, fresh_ms: int = _FRESH) -> float | None:
    return Window(seen, fresh_ms).at(_START + round(minute * MINUTE_MS))


def test_nothing_is_known_before_the_first_reading() -> None:
    assert _at(_seen(1, 20.0), minute=0) is None


def test_one_reading_is_believed() -> None:
    assert _at(_seen(0, 20.0), minute=0) == 20.0


def test_the_median_of_five_minutes_counts() -> None:
    seen = [_seen(minute, celsius) for minute, celsius in enumerate((20, 21, 22, 23, 24))]
    assert _at(*seen, minute=4) == 22


def test_an_even_number_has_its_median_between_two() -> None:
    seen = [_seen(minute, celsius) for minute, celsius in enumerate((20, 21, 22, 23))]
    assert _at(*seen, minute=3) == 21.5


@pytest.mark.parametrize("wild", [-25.0, 85.0])
def test_one_wild_value_moves_nothing(wild: float) -> None:
    seen = [_seen(minute, 20.0) for minute in range(4)]
    assert _at(*seen, _seen(4, wild), minute=4) == 20.0


def test_a_slow_board_is_judged_by_its_last_three() -> None:
    seen = [_seen(minute, celsius) for minute, celsius in ((0, 20), (15, 85), (30, 22), (45, 23))]
    assert _at(*seen, minute=45, fresh_ms=75 * MINUTE_MS) == 23


def test_what_is_older_than_five_minutes_no_longer_counts_beside_fresher() -> None:
    seen = [_seen(minute, 10.0) for minute in range(5)] + [_seen(5 + m, 20.0) for m in range(5)]
    assert _at(*seen, minute=9) == 20.0


def test_a_silent_sensor_is_unknown_after_its_grace() -> None:
    window = Window([_seen(0, 20.0)], _FRESH)
    assert window.at(_START + _FRESH) == 20.0
    assert window.at(_START + _FRESH + 1) is None


def test_what_comes_late_does_not_change_the_minutes_before_it_came() -> None:
    late = _seen(1, 30.0, known=2)
    window = Window([_seen(0, 20.0), late], _FRESH)
    assert [window.at(_START + m * MINUTE_MS) for m in range(3)] == [20.0, 20.0, 25.0]


def test_what_comes_hours_late_tells_nothing_of_now() -> None:
    late = [_seen(minute, 40.0, known=300) for minute in range(60)]
    assert _at(*late, _seen(300, 20.0), minute=300) == 20.0


def test_the_order_of_the_readings_does_not_matter() -> None:
    seen = [_seen(minute, celsius) for minute, celsius in enumerate((20, 24, 21, 23, 22))]
    assert _at(*reversed(seen), minute=4) == _at(*seen, minute=4)


def test_after_silence_only_the_new_counts() -> None:
    seen = [_seen(minute, 20.0) for minute in range(3)]
    after = _START + 2 * HOUR_MS
    assert Window([*seen, Seen(after, after, 30.0)], _FRESH).at(after) == 30.0
