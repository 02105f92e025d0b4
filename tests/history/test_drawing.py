"""The drawing that stands in for the chart."""

from __future__ import annotations

import re
from pathlib import Path

import history
from history.buckets import Stretch
from history.cooler import Spell
from history.drawing import HEIGHT, WIDTH, draw
from readings.display import LEAST_SPAN


def _reading(at: int, value: float) -> Stretch:
    return Stretch(at, value, value, value, 1, 0)


def _bucket(at: int, low: float, mean: float, high: float) -> Stretch:
    return Stretch(at, low, mean, high, 3, 0)


def test_nothing_measured_is_no_drawing() -> None:
    assert draw([([], 0)], [], 0, 100) is None
    assert draw([([Stretch(5)], 0)], [], 0, 100) is None


def test_a_line_goes_from_left_to_right() -> None:
    drawing = draw([([_reading(0, 20.0), _reading(100, 22.0)], 0)], [], 0, 100)
    assert drawing is not None
    (curve,) = drawing.curves
    assert (curve.line, curve.band) == (f"M0.0 {HEIGHT}L{WIDTH} 0.0", "")


def test_a_gap_breaks_the_line() -> None:
    readings = [_reading(0, 20.0), _reading(10, 20.0), Stretch(20), _reading(90, 20.0)]
    drawing = draw([(readings, 0)], [], 0, 100)
    assert drawing is not None
    assert drawing.curves[0].line.count("M") == 2
    assert drawing.curves[0].line.endswith("h0.1"), "a lone reading is a dot"


def test_buckets_stand_at_their_middle_within_a_band() -> None:
    drawing = draw(
        [([_bucket(0, 10.0, 12.0, 20.0), _bucket(50, 10.0, 12.0, 20.0)], 50)], [], 0, 100
    )
    assert drawing is not None
    (curve,) = drawing.curves
    assert curve.line.startswith(f"M{WIDTH / 4} ")
    assert curve.band == f"M150.0 0.0L450.0 0.0L450.0 {HEIGHT}L150.0 {HEIGHT}Z"


def test_levels_are_round_numbers_around_all_values() -> None:
    drawing = draw([([_reading(0, 11.2)], 0), ([_reading(5, 28.4)], 0)], [], 0, 10)
    assert drawing is not None
    assert [level.value for level in drawing.levels] == [10.0, 15.0, 20.0, 25.0, 30.0]
    assert (drawing.levels[0].y, drawing.levels[-1].y) == (HEIGHT, 0.0)


def test_a_flat_day_looks_flat() -> None:
    drawing = draw([([_reading(0, 20.1), _reading(5, 20.2)], 0)], [], 0, 10)
    assert drawing is not None
    assert drawing.levels[-1].value - drawing.levels[0].value >= 0.5


def test_the_script_blows_noise_up_no_more_than_the_server_does() -> None:
    script = Path(*history.__path__, "static/history/chart.js").read_text()
    (span,) = re.findall(r"\bLEAST_SPAN = ([0-9.]+)", script)
    assert float(span) == LEAST_SPAN


def test_below_zero_works_too() -> None:
    drawing = draw([([_reading(0, -7.0), _reading(5, -3.0)], 0)], [], 0, 10)
    assert drawing is not None
    assert drawing.levels[0].value <= -7.0 and drawing.levels[-1].value >= -3.0


def test_shades_are_cut_at_the_edges() -> None:
    drawing = draw([([_reading(0, 20.0)], 0)], [Spell(-50, 50)], 0, 100)
    assert drawing is not None
    assert drawing.shades == [(0.0, WIDTH / 2)]
