"""The curve of the last 24 hours."""

from __future__ import annotations

import re

from dashboard.sparkline import HEIGHT, WIDTH, Point, sparkline


def _points(*means: float, first_hours_ago: float = 0) -> list[Point]:
    start = first_hours_ago or len(means) - 1
    return [Point(start - hour, mean, mean - 1, mean + 1) for hour, mean in enumerate(means)]


def _coordinates(path: str) -> list[float]:
    return [float(text) for text in re.findall(r"-?[0-9.]+", path)]


def test_nothing_measured_draws_nothing() -> None:
    assert sparkline([]) is None


def test_warmer_is_higher() -> None:
    chart = sparkline(_points(10, 20))
    assert chart is not None
    _, cold_y, _, warm_y = _coordinates(chart.line)
    assert warm_y < cold_y


def test_later_is_further_right() -> None:
    chart = sparkline(_points(10, 20))
    assert chart is not None
    early_x, _, late_x, _ = _coordinates(chart.line)
    assert early_x < late_x


def test_a_missing_hour_is_a_gap() -> None:
    before, after = _points(10, 11, first_hours_ago=6), _points(12, 13, first_hours_ago=2)
    chart = sparkline(before + after)
    assert chart is not None
    assert chart.line.count("M") == 2


def test_hours_in_a_row_are_one_line() -> None:
    chart = sparkline(_points(10, 11, 12, 13))
    assert chart is not None
    assert chart.line.count("M") == 1


def test_a_single_hour_is_a_dot() -> None:
    chart = sparkline(_points(10))
    assert chart is not None
    assert chart.line.endswith("h0.1")


def test_a_flat_day_runs_through_the_middle() -> None:
    chart = sparkline([Point(1, 20, 20, 20), Point(0, 20, 20, 20)])
    assert chart is not None
    assert set(_coordinates(chart.line)[1::2]) == {HEIGHT / 2}


def test_the_band_reaches_from_least_to_greatest() -> None:
    chart = sparkline(_points(10, 20))
    assert chart is not None
    assert (chart.low, chart.high) == (9, 21)


def test_everything_stays_inside_the_picture() -> None:
    chart = sparkline(_points(*[-40, 55] * 12))
    assert chart is not None
    xs, ys = _coordinates(chart.band)[::2], _coordinates(chart.band)[1::2]
    assert min(xs) >= 0 and max(xs) <= WIDTH
    assert min(ys) >= 0 and max(ys) <= HEIGHT


def test_the_line_ends_where_the_last_hour_stands() -> None:
    chart = sparkline(_points(10, 20))
    assert chart is not None
    assert _coordinates(chart.line)[-2:] == [chart.end_x, chart.end_y]
