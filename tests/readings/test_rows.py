"""Rows of many measurements at once: the same as of each by itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readings.measurements import Measurement
from readings.rows import Entries
from readings.store import Row
from readings.values import EARLIEST_MS, LATEST_MS, InvalidValue
from stations.auth import SensorEntry

NOW = 1_795_449_600_000
MANY = 40  # as many as are worked through by column

_times = st.one_of(
    st.integers(NOW - 10**9, NOW + 90_000),
    st.sampled_from([EARLIEST_MS - 1, EARLIEST_MS, LATEST_MS - 1, LATEST_MS, NOW, NOW + 1]),
)
_values = st.one_of(
    st.floats(-100, 200),
    st.sampled_from([-90.0, 80.0, 80.1, 1e12, 1.1e12, -1e12, float("inf"), float("nan")]),
)
_sensors = st.builds(
    SensorEntry,
    st.just(7),
    st.sampled_from(["temperature", "humidity", "other"]),
    st.sampled_from(["C", "F", "%", ""]),
    st.sampled_from([0, NOW - 10**8]),
    st.sampled_from([(), ((0, 0.5),)]),
)


def _entries() -> Entries:
    return Entries([], [], {})


def _plain(count: int = MANY) -> list[Measurement]:
    return [Measurement(1, 20.0 + n / 4, NOW - n * 1_000, is_exact=True) for n in range(count)]


def _told(sensor: SensorEntry, found: list[Measurement], received_at: int | None) -> str:
    """Return what entries hold of measurements added together, or why they were not added."""
    entries = _entries()
    try:
        entries.add(sensor, found, received_at)
    except InvalidValue as error:
        return f"{error}, {entries}"
    return str(entries)


def _told_one_by_one(sensor: SensorEntry, found: list[Measurement], received_at: int | None) -> str:
    entries = _entries()
    try:
        for one in found:
            entries.add_one(sensor, one, received_at)
    except InvalidValue as error:
        return f"{error}, {_entries()}"
    return str(entries)


@given(
    sensor=_sensors,
    unusual=st.lists(st.tuples(st.integers(0, MANY - 1), _values, _times), max_size=3),
    received_at=st.sampled_from([None, NOW, LATEST_MS + 1]),
)
def test_many_come_to_the_same_as_one_by_one(
    sensor: SensorEntry, unusual: list[tuple[int, float, int]], received_at: int | None
) -> None:
    found = _plain()
    for place, value, at in unusual:
        found[place] = found[place]._replace(value=value, measured_at=at)
    assert _told(sensor, found, received_at) == _told_one_by_one(sensor, found, received_at)


@pytest.mark.parametrize("count", [2, MANY])
def test_of_measurements_of_which_one_is_no_value_none_is_added(count: int) -> None:
    entries, found = _entries(), _plain(count)
    found[-1] = found[-1]._replace(value=float("nan"))
    with pytest.raises(InvalidValue, match="too large"):
        entries.add(SensorEntry(7, "temperature", "C"), found, NOW)
    assert entries == _entries()


def test_many_are_converted_to_the_stored_unit() -> None:
    entries = _entries()
    entries.add(SensorEntry(7, "temperature", "F"), [Measurement(1, 50.0, NOW)] * MANY, NOW)
    assert entries.rows == [Row(7, NOW, 10.0, 0, 0)] * MANY


def test_of_many_those_that_no_air_can_have_are_marked() -> None:
    entries, found = _entries(), _plain()
    found[3] = found[3]._replace(value=85.0)
    entries.add(SensorEntry(7, "temperature", "C"), found, NOW)
    assert [place for place, row in enumerate(entries.rows) if row.is_outlier] == [3]


def test_many_are_late_by_whole_seconds() -> None:
    entries = _entries()
    entries.add(SensorEntry(7, "temperature", "C"), _plain(), NOW + 1_999)
    assert [row.delay_s for row in entries.rows] == [n + 1 for n in range(MANY)]


def test_history_is_never_late() -> None:
    entries = _entries()
    entries.add(SensorEntry(7, "temperature", "C"), _plain(), None)
    assert {row.delay_s for row in entries.rows} == {0}


def test_what_was_added_last_can_be_taken_back() -> None:
    entries = _entries()
    sensor = SensorEntry(7, "temperature", "C")
    entries.add_one(sensor, Measurement(1, 20.0, NOW), NOW)
    kept = str(entries)
    entries.add(sensor, _plain(3), NOW)
    entries.cut(1)
    assert str(entries) == kept


def test_only_what_is_wanted_stays_with_its_row() -> None:
    entries, found = _entries(), _plain(3)
    entries.add(SensorEntry(7, "temperature", "C"), found, NOW)
    only = entries.only([True, False, True])
    assert only.measurements == [found[0], found[2]]
    assert [row.measured_at for row in only.rows] == [NOW, NOW - 2_000]
