"""The database's CHECKs agree with the parsers, by raw INSERT: other programs may write, too."""

from __future__ import annotations

import math
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readings import device_requests
from readings.device_wire import DeviceRequest
from readings.measurements import Submission
from readings.models import Reading
from readings.values import EARLIEST_MS, LATEST_MS, InvalidValue, checked_time, checked_value
from tests.factories import make_sensor, update_path

pytestmark = pytest.mark.django_db

sqlite_only = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL's columns take nothing but their own type"
)
NOW = 1_700_000_000_000
INSERT = (
    "INSERT INTO readings_reading (sensor_id, measured_at, value, delay_s, is_outlier)"
    " VALUES (%s, %s, %s, %s, %s)"
)
_in_one_database = settings(
    max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class Table:
    """`readings_reading` as any program may write to it."""

    def __init__(self, sensor_id: int) -> None:
        self._sensor_id = sensor_id

    def takes(
        self, *, at: Any = NOW, value: Any = 21.5, delay_s: Any = 0, outlier: Any = False
    ) -> bool:
        """Try to insert a row; leave the table as it was."""
        row = [self._sensor_id, at, value, delay_s, outlier]
        with transaction.atomic(), connection.cursor() as cursor:
            try:
                with transaction.atomic():
                    cursor.execute(INSERT, row)
            except (DatabaseError, OverflowError):
                return False
            assert Reading.objects.count() == 1
            cursor.execute("DELETE FROM readings_reading")
            return True


@pytest.fixture
def table() -> Table:
    return Table(make_sensor().pk)


def _accepts(check: Any, given_value: Any) -> bool:
    try:
        check(given_value)
    except InvalidValue:
        return False
    return True


EDGES = [0.0, -0.0, 1e12, -1e12, math.nextafter(1e12, math.inf), 1e13, 5e-324, 1.7e308, math.pi]
NOT_FINITE = [math.nan, math.inf, -math.inf]


@pytest.mark.parametrize("value", [*EDGES, *(-edge for edge in EDGES), *NOT_FINITE])
def test_an_extreme_value_is_judged_alike(table: Table, value: float) -> None:
    assert table.takes(value=value) == _accepts(checked_value, value)


@_in_one_database
@given(value=st.floats() | st.floats(-2e12, 2e12))
def test_any_value_is_judged_alike(table: Table, value: float) -> None:
    assert table.takes(value=value) == _accepts(checked_value, value)


@pytest.mark.parametrize(
    "at",
    [
        *(0, -1, 1, NOW, NOW // 1_000, NOW * 1_000, 2**63 - 1, -(2**63), 2**63),
        *(EARLIEST_MS - 1, EARLIEST_MS, LATEST_MS - 1, LATEST_MS),
    ],
)
def test_an_extreme_time_is_judged_alike(table: Table, at: int) -> None:
    assert table.takes(at=at) == _accepts(checked_time, at)


@_in_one_database
@given(at=st.integers(-(2**63), 2**63 - 1) | st.integers(0, 2 * LATEST_MS))
def test_any_time_is_judged_alike(table: Table, at: int) -> None:
    assert table.takes(at=at) == _accepts(checked_time, at)


@pytest.mark.parametrize(("delay_s", "is_taken"), [(0, True), (366 * 86_400, True), (-1, False)])
def test_no_reading_arrives_before_it_was_measured(
    table: Table, delay_s: int, is_taken: bool
) -> None:
    assert table.takes(delay_s=delay_s) == is_taken


@pytest.mark.parametrize("column", ["at", "value", "delay_s", "outlier"])
def test_nothing_may_be_missing(table: Table, column: str) -> None:
    assert not table.takes(**{column: None})


@sqlite_only
@pytest.mark.parametrize("column", ["at", "value", "delay_s", "outlier"])
@pytest.mark.parametrize("intruder", ["abc", "", "nan", "1.5 C", b"", b"\x00", b"21.5"])
def test_text_and_bytes_are_no_numbers(table: Table, column: str, intruder: str | bytes) -> None:
    """SQLite keeps whatever a column is given that it cannot convert."""
    assert not table.takes(**{column: intruder})


@sqlite_only
@pytest.mark.parametrize("column", ["at", "delay_s", "outlier"])
def test_a_fraction_is_no_whole_number(table: Table, column: str) -> None:
    assert not table.takes(**{column: NOW + 0.5 if column == "at" else 0.5})


@sqlite_only
@pytest.mark.parametrize("outlier", [2, -1])
def test_an_outlier_is_one_or_is_none(table: Table, outlier: int) -> None:
    assert not table.takes(outlier=outlier)


_number = st.from_regex(r"-?[0-9]{1,14}(\.[0-9]{1,6})?([eE][+-]?[0-9]{1,3})?", fullmatch=True)


@_in_one_database
@given(data=_number | st.floats().map(repr), age=st.integers(-1, 400 * 86_400))
def test_what_is_read_from_a_request_the_database_takes(table: Table, data: str, age: int) -> None:
    path = update_path(data=data, rest=f"/age={age}")
    submission = device_requests.read(DeviceRequest("GET", path, "", {}, ""))
    assert isinstance(submission, Submission)
    for one in submission.measurements:
        assert table.takes(at=one.measured_at, value=one.value)
