"""The tables as all migrations leave them."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from readings.ingest import record_readings
from readings.models import Reading
from readings.times import MINUTE_MS, now_ms
from tests.factories import make_measurements, make_readings, make_station

pytestmark = pytest.mark.django_db

sqlite_only = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="about the layout of SQLite's files"
)
_A_MONTH = 30 * 1_440


@sqlite_only
@pytest.mark.parametrize(
    "table", ["readings_reading", "readings_hoursummary", "readings_daysummary"]
)
def test_big_tables_are_their_own_index(table: str) -> None:
    """A migration that alters one makes it an ordinary table: rebuild it WITHOUT ROWID there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [table])
        assert cursor.fetchone()[0].endswith("WITHOUT ROWID")


@sqlite_only
def test_sqlite_finds_no_fault_with_tables_that_hold_readings() -> None:
    """Where the key's columns are not the first, SQLite 3.40 sees NULL values that are none."""
    make_readings(values=[float(value) for value in range(100)], every_s=3_600)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        assert cursor.fetchall() == [("ok",)]


@sqlite_only
def test_a_reading_takes_30_bytes_at_most_summaries_included() -> None:
    station = make_station()
    first = now_ms() - _A_MONTH * MINUTE_MS
    before = _bytes_in_use()
    for day in range(0, _A_MONTH, 1_440):
        values = [20 + minute % 977 / 100 for minute in range(day, day + 1_440)]
        until = first + (day + 1_440) * MINUTE_MS + day % 977  # boards post at odd milliseconds
        record_readings(station, make_measurements(values, until=until), is_history=True)
    assert Reading.objects.count() == _A_MONTH
    assert (_bytes_in_use() - before) / _A_MONTH <= 30


def test_the_models_need_no_further_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, stdout=StringIO())


def _bytes_in_use() -> int:
    with connection.cursor() as cursor:
        found = []
        for pragma in ("page_count", "freelist_count", "page_size"):
            cursor.execute(f"PRAGMA {pragma}")
            found.append(int(cursor.fetchone()[0]))
    pages, free, size = found
    return (pages - free) * size
