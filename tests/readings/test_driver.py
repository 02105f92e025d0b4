"""Statements for many rows at once."""

from __future__ import annotations

import pytest
from django.db import connection

from readings import store
from readings.driver import driver_cursor, execute_all, for_rows, in_pieces
from readings.models import Reading
from readings.store import Row
from tests.factories import make_sensor

_INSERT = "INSERT INTO scratch (a, b) VALUES (%s, %s) ON CONFLICT DO NOTHING"
START = 1_700_000_000_000


@pytest.mark.parametrize("mark", ["?", "%s"])
def test_a_statement_is_made_for_as_many_rows_as_there_are(mark: str) -> None:
    assert for_rows(_INSERT.replace("%s", mark), 3, 2) == (
        "INSERT INTO scratch (a, b) VALUES (?, ?), (?, ?), (?, ?) ON CONFLICT DO NOTHING"
    ).replace("?", mark)


@pytest.mark.parametrize(
    ("count", "sizes"),
    [
        (0, []),
        (1, [1]),
        (13, [12, 1]),
        (63, [48, 14, 1]),
        (64, [64]),
        (1_200, [500, 500, 125, 64, 10, 1]),
    ],
)
def test_rows_come_in_pieces_of_few_sizes(count: int, sizes: list[int]) -> None:
    rows = [(number, number) for number in range(count)]
    pieces = list(in_pieces(rows))
    assert [len(piece) for piece in pieces] == sizes
    assert [row for piece in pieces for row in piece] == rows


@pytest.mark.django_db
@pytest.mark.parametrize("count", [0, 1, 13, 700])
def test_every_row_arrives_on_either_engine(count: int) -> None:
    rows = [(number, -number) for number in range(count)]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE scratch (a integer PRIMARY KEY, b integer)")
    try:
        with driver_cursor() as driver:
            execute_all(driver, _INSERT, rows)
            driver.execute("SELECT a, b FROM scratch ORDER BY a")
            assert driver.fetchall() == rows
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE scratch")


@pytest.mark.django_db
@pytest.mark.parametrize("place", [1, 99])  # in the same piece, and in another one
def test_of_equal_rows_the_first_goes_in_and_is_told_of(place: int) -> None:
    sensor = make_sensor()
    rows = [Row(sensor.pk, START + number, 20.0, 0, 0) for number in range(100)]
    rows.insert(place, rows[0]._replace(value=30.0))
    with driver_cursor() as cursor:
        went_in = store.insert(cursor, rows)
    assert [number for number, is_in in enumerate(went_in) if not is_in] == [place]
    assert Reading.objects.get(measured_at=START).value == 20.0
    assert Reading.objects.count() == 100
