"""`upkeep.retention` and `upkeep.space`: the nightly pruning, and the room it leaves."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection, transaction

from readings import pruning
from readings.models import Reading
from readings.times import DAY_MS, now_ms
from stations.models import Sensor, Station
from tests.factories import make_station, record_history
from upkeep import retention, space
from upkeep.schedule import Stopped, TaskFailed

pytestmark = pytest.mark.django_db(transaction=True)  # a checkpoint needs commits
sqlite_only = pytest.mark.skipif(connection.vendor != "sqlite", reason="about SQLite's files")


def _sensor(keep_raw_months: int | None, number: int = 500) -> Sensor:
    """A sensor with readings of the last 500 hours, 20 days, and of 100 days before."""
    station: Station = make_station()
    record_history(station, [20.0] * number, every_s=3_600)
    record_history(station, [20.0] * number, every_s=3_600, until=now_ms() - 100 * DAY_MS)
    sensor = Sensor.objects.get(station=station)
    sensor.keep_raw_months = keep_raw_months
    sensor.save()
    return sensor


def test_a_sensor_keeps_its_readings_for_ever_unless_told() -> None:
    _sensor(None)
    assert retention.nightly() == "Deleted 0 old readings."
    assert Reading.objects.count() == 1_000


def test_a_sensor_that_keeps_a_month_keeps_that_month() -> None:
    sensor, other = _sensor(1), _sensor(None)
    assert retention.nightly().startswith("Deleted 500 old readings in ")
    counts = [Reading.objects.filter(sensor=one).count() for one in (sensor, other)]
    assert counts == [500, 1_000]


def test_a_second_night_finds_nothing_to_do() -> None:
    _sensor(1)
    retention.nightly()
    assert retention.nightly() == "Deleted 0 old readings."


def test_a_clock_that_jumped_ahead_deletes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """By a clock 400 days ahead, everything is older than a year."""
    _sensor(12)
    ahead = now_ms() + 400 * DAY_MS
    monkeypatch.setattr(retention, "now_ms", lambda: ahead)
    monkeypatch.setattr(retention, "clock_is_plausible", lambda: False)
    monkeypatch.setattr(retention, "objection", lambda: "The clock is 400 days ahead. Set it.")
    with pytest.raises(TaskFailed, match="Nothing was deleted"):
        retention.nightly()
    assert Reading.objects.count() == 1_000


def test_it_stops_between_two_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop() -> None:
        raise Stopped

    monkeypatch.setattr(pruning, "_FIRST", 100)
    monkeypatch.setattr(retention, "check_stop", stop)
    _sensor(1)
    with pytest.raises(Stopped):
        retention.nightly()
    assert Reading.objects.count() == 900


@sqlite_only
def test_commits_checkpoint_again_afterwards() -> None:
    before = space.ask("wal_autocheckpoint")
    _sensor(1)
    retention.nightly()
    assert space.ask("wal_autocheckpoint") == before > 0


# --- room on the disk ---------------------------------------------------------------------


@sqlite_only
def test_a_new_database_can_give_room_back() -> None:
    assert space.ask("auto_vacuum") == 2


@sqlite_only
def test_room_goes_back_to_the_disk_when_much_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(space, "_FREE_PAGES", 10)
    _sensor(1, number=10_000)
    Reading.objects.all().delete()
    pages, free = space.ask("page_count"), space.ask("freelist_count")
    assert space.give_back().startswith(" Gave ")
    assert space.ask("freelist_count") <= 5
    assert pages - space.ask("page_count") >= free - 5


@sqlite_only
def test_a_little_room_is_kept_for_new_readings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(space, "_FREE_PAGES", 10)
    sensor = _sensor(None, number=5_000)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # what other tests left free counts, too
    times = Reading.objects.filter(sensor=sensor).order_by("measured_at")
    Reading.objects.filter(measured_at__lt=times[1_000].measured_at).delete()
    assert space.give_back() == ""


@sqlite_only
def test_it_says_nothing_of_a_few_pages() -> None:
    Reading.objects.all().delete()
    assert space.give_back() == ""


@sqlite_only
def test_opening_the_database_takes_no_write_lock() -> None:
    """Where it did, no page would open while a long write goes on."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE stations_registry SET version = version")
        other = connection.copy()
        other.settings_dict["OPTIONS"]["timeout"] = 0
        with closing(other), other.cursor() as reader:
            reader.execute("SELECT count(*) FROM stations_station")
            assert reader.fetchone() == (0,)


@sqlite_only
def test_the_wal_file_shrinks_again_after_a_long_reader() -> None:
    """While a backup reads, what is written cannot go into the database itself."""
    wal = Path(f"{connection.settings_dict['NAME']}-wal")
    _sensor(None)
    with closing(sqlite3.connect(connection.settings_dict["NAME"])) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM readings_reading").fetchone()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("CREATE TABLE large (x)")
            cursor.execute("INSERT INTO large VALUES (zeroblob(30000000))")
        grown = wal.stat().st_size
    _execute("DROP TABLE large")
    _sensor(None)  # life goes on
    assert grown > 30_000_000
    assert wal.stat().st_size <= 16_000_000
    space.give_back()  # other tests look at the same file


def _execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
