"""`manage.py import_readings`: what it would do, what it does, and doing it twice."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from history.imports import storing
from readings.models import DaySummary, HourSummary, Latest, Reading
from readings.summaries import check
from readings.times import MINUTE_MS, SECOND_MS, now_ms
from stations import keys, verbs
from stations.models import Sensor, Station
from tests.factories import make_sensor, make_station, record_history
from tests.history.files import KEY, MAC, OTHER_MAC, feeds, original_database, write

pytestmark = pytest.mark.django_db

_TIME = "2026-01-31T07:00:00Z"
_HEADER = "time,station,mac,field,quantity,label,unit,value"


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("history.imports.storing.time.sleep", lambda _: None)


def _import(path: str, *choices: str, **options: Any) -> str:
    """Return what the command says, troubles last."""
    out, err = StringIO(), StringIO()
    call_command(
        "import_readings", path, map=list(choices), yes=True, stdout=out, stderr=err, **options
    )
    return out.getvalue() + err.getvalue()


def _readings() -> list[tuple[Any, ...]]:
    names = ("sensor__station__name", "sensor__field", "measured_at", "value", "is_outlier")
    return list(Reading.objects.order_by("sensor_id", "measured_at").values_list(*names))


def _export(path: Path, **options: Any) -> str:
    call_command("export_readings", to=path, **options)
    return str(path)


def _household() -> None:
    attic = make_station(name="=Attic", mac=MAC)
    record_history(attic, [21.53, -3, 500, 0.1], until=now_ms() // MINUTE_MS * MINUTE_MS)
    record_history(attic, [55.5], field=2)
    other = make_sensor(make_station(name="Gärten, 2", mac=OTHER_MAC), field=7, quantity="pressure")
    record_history(other.station, [1_013.25], field=7)


def _empty() -> None:
    Reading.objects.all().delete()
    Station.objects.all().delete()


# --- out and in again ------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"time": "house"}, {"unit": "F"}])
def test_what_was_exported_comes_back_the_same(tmp_path: Path, options: dict[str, str]) -> None:
    _household()
    path, before = _export(tmp_path / "all.csv", **options), _readings()
    about = list(Sensor.objects.values_list("field", "quantity", "label", "station__mac"))
    _empty()
    _import(path)
    after = _readings()
    assert [row[:3] + row[4:] for row in after] == [row[:3] + row[4:] for row in before]
    assert [row[3] for row in after] == pytest.approx([row[3] for row in before], abs=1e-9)
    assert list(Sensor.objects.values_list("field", "quantity", "label", "station__mac")) == about


def test_the_summaries_agree_with_what_came_in(tmp_path: Path) -> None:
    _household()
    path = _export(tmp_path / "all.csv")
    _empty()
    _import(path)
    assert HourSummary.objects.exists() and DaySummary.objects.exists()
    assert [sum(check(sensor.pk)) for sensor in Sensor.objects.all()] == [0, 0, 0]


def test_a_second_import_changes_nothing(tmp_path: Path) -> None:
    _household()
    path, before = _export(tmp_path / "all.csv"), _readings()
    told = _import(path)
    assert "4 are there already" in told
    assert "Stored 0 readings; 6 were there already." in told
    assert _readings() == before


def test_a_sensor_that_sends_fahrenheit_gets_its_celsius_back(tmp_path: Path) -> None:
    """An export is in stored units: what a sensor sends is another matter."""
    sensor = make_sensor(make_station(name="Attic", mac=MAC), unit="F")
    record_history(sensor.station, [212])
    path, before = _export(tmp_path / "all.csv"), _readings()
    Reading.objects.all().delete()
    _import(path)
    assert [row[3] for row in before] == [pytest.approx(100)]
    assert _readings() == before


def test_history_makes_no_station_live(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", "time,mac,value", f"{_TIME},{MAC},1")
    _import(path)
    latest = Latest.objects.get()
    assert latest.received_at == latest.measured_at


# --- what it would do ---------------------------------------------------------------------------


def test_the_preview_tells_all_and_stores_nothing(tmp_path: Path) -> None:
    make_station(name="Attic", mac=MAC)
    path = write(
        tmp_path / "x.csv",
        _HEADER,
        f"2026-01-31T07:00:00Z,Attic,{MAC},1,temperature,,C,1",
        f"2026-01-31T09:00:00Z,Attic,{MAC},1,temperature,,C,2",
        f"2026-01-31T07:00:00Z,Shed,{OTHER_MAC},2,humidity,,%,warm",
        f"2026-01-31T07:00:00Z,Shed,{OTHER_MAC},2,humidity,,%,40",
    )
    out, err = StringIO(), StringIO()
    with pytest.raises(CommandError, match="Nothing was stored: nobody is here to ask"):
        call_command("import_readings", path, stdout=out, stderr=err)
    assert "2 readings, 2026-01-31 07:00 to 2026-01-31 09:00 UTC -> Attic, field 1 (new)" in (
        out.getvalue()
    )
    assert "-> Shed (new), field 2 (new)" in out.getvalue()
    assert err.getvalue() == "line 4: bad data: number\n"
    assert not Reading.objects.exists() and Station.objects.count() == 1


def test_good_lines_are_stored_beside_bad_ones(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", "time,mac,value", f"{_TIME},{MAC},x", f"{_TIME},{MAC},2")
    told = _import(path)
    assert "Stored 1 readings." in told and "line 2: bad data: number" in told


def test_a_time_to_come_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", "time,mac,value", f"2090-01-01T00:00:00Z,{MAC},1")
    with pytest.raises(CommandError, match="nothing to store"):
        _import(path)


def test_a_value_that_its_unit_carries_out_of_bounds_costs_its_line_alone(tmp_path: Path) -> None:
    """inHg to hPa: the database itself would refuse the whole batch."""
    make_sensor(make_station(name="Attic", mac=MAC), quantity="pressure", unit="inHg")
    lines = [f"2026-01-31 07:00:{s:02} UTC,{s},{1e12 if s == 7 else 30},,,,," for s in range(20)]
    told = _import(feeds(tmp_path / "feeds.csv", *lines), "field1=Attic:1")
    assert "Stored 19 readings." in told and "line 9: bad data: too large" in told


def test_what_its_sensor_keeps_no_longer_is_told(tmp_path: Path) -> None:
    sensor = make_sensor(make_station(mac=MAC))
    sensor.raw_since = now_ms()
    sensor.save()
    told = _import(write(tmp_path / "x.csv", "time,mac,value", f"{_TIME},{MAC},1"))
    assert "Stored 0 readings." in told and "line 2: older than its sensor keeps" in told


def test_a_station_does_not_get_more_sensors_than_it_may(
    tmp_path: Path, settings: Settings
) -> None:
    settings.MAX_SENSORS_PER_STATION = 1
    lines = [f"{_TIME},{MAC},{field},1" for field in (1, 2)]
    told = _import(write(tmp_path / "x.csv", "time,mac,field,value", *lines))
    assert "Stored 1 readings." in told and "as many sensors as it may" in told


def test_another_quantity_than_the_sensor_s_is_left_out(tmp_path: Path) -> None:
    make_sensor(make_station(name="Attic", mac=MAC), quantity="temperature")
    path = write(tmp_path / "x.csv", _HEADER, f"{_TIME},Attic,{MAC},1,humidity,,%,40")
    with pytest.raises(CommandError, match="nothing to store"):
        _import(path)


def test_a_name_alone_finds_its_station_or_is_left_out(tmp_path: Path) -> None:
    make_station(name="Attic")
    lines = [f"{_TIME},{name},1" for name in ("Attic", "Nowhere")]
    told = _import(write(tmp_path / "x.csv", "time,station,value", *lines))
    assert "Stored 1 readings." in told and "no station is called 'Nowhere'" in told


# --- where it goes --------------------------------------------------------------------------------


def test_thingspeak_s_fields_go_where_they_are_sent(tmp_path: Path) -> None:
    make_station(name="Attic", mac=MAC)
    path = feeds(tmp_path / "feeds.csv", "2026-01-31 07:00:00 UTC,1,21.5,40,,,,")
    _import(path, "field1=Attic:3", f"field2={MAC}:2")
    assert [row[:2] + row[3:4] for row in _readings()] == [("Attic", 3, 21.5), ("Attic", 2, 40)]


def test_what_is_sent_nowhere_is_left_out(tmp_path: Path) -> None:
    make_station(name="Attic")
    path = feeds(tmp_path / "feeds.csv", "2026-01-31 07:00:00 UTC,1,21.5,40,,,,")
    told = _import(path, "field1=Attic:1", "field2=")
    assert "left out by choice" in told and len(_readings()) == 1


def test_thingspeak_without_a_choice_says_that_one_is_needed(tmp_path: Path) -> None:
    path = feeds(tmp_path / "feeds.csv", "2026-01-31 07:00:00 UTC,1,21.5,,,,,")
    out = StringIO()
    with pytest.raises(CommandError, match="nothing to store"):
        call_command("import_readings", path, yes=True, stdout=out, stderr=StringIO())
    assert "choose one" in out.getvalue()


@pytest.mark.parametrize(
    ("choice", "text"),
    [
        ("field1=Nowhere:1", "no station 'Nowhere'"),
        ("field1=Attic:0", "1 to 99"),
        ("field1=Attic", "FIELD=STATION:FIELD"),
        ("=Attic:1", "FIELD=STATION:FIELD"),
    ],
)
def test_a_choice_that_cannot_be_is_told(tmp_path: Path, choice: str, text: str) -> None:
    make_station(name="Attic")
    path = feeds(tmp_path / "feeds.csv", "2026-01-31 07:00:00 UTC,1,21.5,,,,,")
    with pytest.raises(CommandError, match=text):
        _import(path, choice)


# --- the original server's file -------------------------------------------------------------------


def _original(tmp_path: Path) -> str:
    times = [f"2026-01-31T08:{minute:02}:00+01:00" for minute in range(3)]
    rows = [(KEY, time, MAC, field, 20 + field) for time in times for field in (1, 4)]
    rows.append(("another-key", times[0], OTHER_MAC, 1, 5))
    return original_database(tmp_path / "old.db", rows)


def test_each_board_becomes_a_station_with_its_old_key_and_fields(tmp_path: Path) -> None:
    told = _import(_original(tmp_path))
    station = Station.objects.get(mac=MAC)
    assert keys.matches(keys.digest(KEY), station.key_digest)
    assert [sensor.field for sensor in station.sensors.all()] == [1, 4]
    assert (Station.objects.count(), len(_readings())) == (2, 7)
    assert "old key kept" in told


def test_a_board_that_is_registered_keeps_its_station_and_key(tmp_path: Path) -> None:
    make_station(name="Attic", mac=MAC, api_key="its-own-key")
    _import(_original(tmp_path))
    assert Station.objects.get(mac=MAC).name == "Attic"
    assert keys.matches(keys.digest("its-own-key"), Station.objects.get(mac=MAC).key_digest)


def test_a_key_that_cannot_be_one_is_replaced_and_told(tmp_path: Path) -> None:
    rows = [("a b", _TIME, MAC, 1, 1)]
    told = _import(original_database(tmp_path / "old.db", rows))
    assert "with a new key" in told


def test_its_readings_are_in_the_unit_the_board_sent(tmp_path: Path) -> None:
    make_sensor(make_station(mac=MAC), unit="F")
    _import(original_database(tmp_path / "old.db", [(KEY, _TIME, MAC, 1, 212)]))
    assert [row[3] for row in _readings()] == [pytest.approx(100)]


# --- cut short -----------------------------------------------------------------------------------


class _Cut(Exception):
    pass


def test_what_was_cut_short_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "_BATCH", 4)
    first = now_ms() // SECOND_MS * SECOND_MS - 10 * MINUTE_MS
    record_history(make_station(name="Attic", mac=MAC), range(10), until=first + 9 * SECOND_MS)
    path = _export(tmp_path / "all.csv")
    _empty()
    seen: list[int] = []

    def cut(progress: storing.Progress) -> None:
        seen.append(progress.seen)
        raise _Cut

    progress = storing.Progress()
    with pytest.raises(_Cut):
        storing.store(path, "csv", {}, "UTC", cut, progress)
    assert (seen, len(_readings())) == ([4], 4)
    done = storing.store(path, "csv", {}, "UTC", lambda _: None, progress)
    assert (done.seen, done.stored, done.there, len(_readings())) == (10, 10, 0, 10)
    assert verbs.find_station("Attic").mac == MAC
