"""The ledger of days: kept, mended when late readings arrive, explained, shown."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as house
from django.test import Client
from pytest_django import Settings

from alerts.watcher import Watcher
from history.ledger import days, downtimes
from history.ledger.tally import Tally
from history.models import Downtime, StationDay
from readings.heartbeat import beat
from readings.ingest import record_readings
from readings.models import Heartbeat
from readings.removal import remove_sensor, remove_stations
from readings.times import (
    HOUR_MS,
    MINUTE_MS,
    date_of,
    day_number,
    day_start_ms,
    now_ms,
)
from stations.models import RefusedDay, Station
from tests.factories import make_measurements, make_station, record_history
from tests.stations.pages import visit

pytestmark = pytest.mark.django_db

_ZONE = ZoneInfo(house.TIME_ZONE)
_JANUARY = date(2026, 1, 15)


@pytest.fixture(autouse=True)
def _everyone_may_look(settings: Settings) -> None:
    settings.PUBLIC_DASHBOARD = True


def _start(day: date) -> int:
    return day_start_ms(day_number(day), _ZONE)


def _post(station: Station, day: date, first_hour: float, last_hour: float) -> None:
    """Post every ten minutes from one hour of a day up to another, left out."""
    count = round((last_hour - first_hour) * 6)
    until = _start(day) + round(last_hour * HOUR_MS) - 10 * MINUTE_MS
    record_history(station, [20.0] * count, until=until, every_s=600)


def _station(name: str = "Attic") -> Station:
    return make_station(name=name, interval_s=600)


def _line(day: date) -> tuple[int, int, int, int]:
    line = StationDay.objects.get(day=day_number(day))
    return (line.expected, line.live, line.late, line.missing)


def _path(station: Station, day: date | None = None) -> str:
    return f"/stations/{station.pk}/days/{f'{day}/' if day else ''}"


# --- closed days ------------------------------------------------------------------------


def test_a_closed_day_gets_its_line() -> None:
    _post(_station(), _JANUARY, 0, 24)
    days.bring_up_to_date()
    assert _line(_JANUARY) == (144, 144, 0, 0)


def test_days_without_a_word_after_it_are_missed_whole() -> None:
    _post(_station(), _JANUARY, 0, 24)
    days.bring_up_to_date()
    assert _line(date(2026, 1, 16)) == (144, 0, 0, 144)


@pytest.mark.parametrize(("day", "expected"), [(date(2026, 3, 29), 138), (date(2026, 10, 25), 150)])
def test_days_of_23_and_25_hours(day: date, expected: int) -> None:
    station = _station()
    hours = (_start(date.fromordinal(day.toordinal() + 1)) - _start(day)) / HOUR_MS
    _post(station, day, -1, hours)
    days.bring_up_to_date()
    assert _line(day) == (expected, expected, 0, 0)


def test_today_is_not_closed() -> None:
    record_history(_station(), [20.0] * 20, every_s=600)
    days.bring_up_to_date()
    assert not StationDay.objects.filter(day=days.today()).exists()


def test_late_readings_mend_their_day_and_are_told_apart() -> None:
    station, number = _station(), days.today() - 2
    day, after = date_of(number), date_of(number + 1)
    whole = (_start(after) - _start(day)) // (10 * MINUTE_MS)  # it may have 23 hours, or 25
    _post(station, day, 0, 12)
    _post(station, after, 0, 1)
    days.bring_up_to_date()
    assert _line(day) == (whole, 72, 0, whole - 72)
    until = _start(after) - 10 * MINUTE_MS
    record_readings(station, make_measurements([20.0] * (whole - 72), until=until, every_s=600))
    days.bring_up_to_date()
    assert _line(day) == (whole, 72, whole - 72, 0)


def test_a_late_reading_mends_the_day_before_it_too() -> None:
    """The first post after a gap says how long the gap was."""
    station, after = _station(), date(2026, 1, 16)
    _post(station, _JANUARY, 0, 23)
    _post(station, date(2026, 1, 17), 0, 24)
    days.bring_up_to_date()
    _post(station, after, -0.5, 0)  # half an hour before midnight
    days.bring_up_to_date()
    assert _line(_JANUARY) == (144, 141, 0, 3)
    assert _line(after) == (144, 0, 0, 144)


def test_nothing_is_worked_out_twice() -> None:
    _post(_station(), _JANUARY, 0, 24)
    days.bring_up_to_date()
    assert days.bring_up_to_date() == "Worked out 0 days of stations."


def test_two_sensors_of_a_station_are_one_post() -> None:
    station = _station()
    _post(station, _JANUARY, 0, 24)
    until = _start(_JANUARY) + 24 * HOUR_MS - 10 * MINUTE_MS
    record_history(station, [50.0] * 144, field=2, until=until + 3, every_s=600)
    days.bring_up_to_date()
    assert _line(_JANUARY) == (144, 144, 0, 0)


def test_days_whose_readings_were_deleted_keep_their_line() -> None:
    station = _station()
    _post(station, _JANUARY, 0, 24)
    days.bring_up_to_date()
    sensor = station.sensors.get()
    sensor.readings.all().delete()
    sensor.raw_since = _start(date(2026, 1, 20))
    sensor.save()
    days.bring_up_to_date()
    assert _line(_JANUARY) == (144, 144, 0, 0)


def test_a_removed_sensor_takes_its_days_along() -> None:
    station = _station()
    _post(station, _JANUARY, 0, 24)
    days.bring_up_to_date()
    remove_sensor(station.sensors.get().pk)
    days.bring_up_to_date()
    assert not StationDay.objects.exists()


def test_days_before_the_first_of_the_sensors_left_go_with_a_removed_one() -> None:
    station, first = _station(), date(2026, 1, 17)
    _post(station, _JANUARY, 0, 24)
    record_history(station, [50.0] * 6, field=2, until=_start(first) + HOUR_MS, every_s=600)
    days.bring_up_to_date()
    remove_sensor(station.sensors.get(field=1).pk)
    days.bring_up_to_date()
    kept = StationDay.objects.values_list("day", flat=True)
    assert min(kept) == day_number(first)


@pytest.mark.django_db(transaction=True)
def test_a_station_deleted_meanwhile_does_not_end_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gone, other = _station("Attic"), _station("Balcony")
    _post(gone, _JANUARY, 0, 24)
    _post(other, _JANUARY, 0, 24)
    tally_of = days.tally_of

    def and_delete(station: Station, day: int) -> Tally:
        remove_stations([gone.pk])
        return tally_of(station, day)

    monkeypatch.setattr(days, "tally_of", and_delete)
    days.bring_up_to_date()
    assert set(StationDay.objects.values_list("station", flat=True)) == {other.pk}


# --- causes -------------------------------------------------------------------------------


def _with_gap() -> Station:
    """A day whose hours from 10 to 12 lack."""
    station = _station()
    _post(station, _JANUARY, 0, 10)
    _post(station, _JANUARY, 12, 24)
    return station


def _page_of_gap(client: Client, station: Station) -> str:
    return visit(client, _path(station, _JANUARY))


def test_a_gap_tells_from_when_to_when_and_how_many(client: Client) -> None:
    text = _page_of_gap(client, _with_gap())
    assert "09:50:00 to 12:00:00 12 missing" in text
    assert "The station was silent." in text


def test_a_gap_while_the_server_was_down_says_so(client: Client) -> None:
    station, ten = _with_gap(), _start(_JANUARY) + 10 * HOUR_MS
    Downtime.objects.create(since=ten, until=ten + HOUR_MS, cause="down")
    text = _page_of_gap(client, station)
    assert "The server was down, or could not store." in text
    assert "silent" not in text


def test_a_gap_while_the_clock_was_wrong_says_so(client: Client) -> None:
    station, ten = _with_gap(), _start(_JANUARY) + 10 * HOUR_MS
    Downtime.objects.create(since=ten, until=ten + HOUR_MS, cause="clock")
    assert "clock was wrong" in _page_of_gap(client, station)


def test_a_downtime_of_another_hour_explains_nothing(client: Client) -> None:
    station, two = _with_gap(), _start(_JANUARY) + 2 * HOUR_MS
    Downtime.objects.create(since=two, until=two + HOUR_MS, cause="down")
    assert "The station was silent." in _page_of_gap(client, station)


def test_a_gap_with_refused_requests_says_why(client: Client) -> None:
    station, ten = _with_gap(), _start(_JANUARY) + 10 * HOUR_MS
    RefusedDay.objects.create(
        station=station,
        day=day_number(_JANUARY),
        cause="wrong key",
        count=11,
        first_at=ten,
        last_at=ten + HOUR_MS,
    )
    assert "11 requests were refused: wrong key." in _page_of_gap(client, station)


def test_a_gap_of_a_station_that_is_not_active_says_so(client: Client) -> None:
    station = _with_gap()
    station.is_active = False
    station.save()
    assert "the station is not active" in _page_of_gap(client, station).lower()


# --- the server's own downtimes ---------------------------------------------------------------


def test_a_heartbeat_that_paused_is_a_downtime() -> None:
    Heartbeat.objects.create(name="watcher", beat_at=now_ms() - HOUR_MS)
    Watcher().round()
    (found,) = Downtime.objects.all()
    assert (found.cause, abs(found.until - found.since - HOUR_MS) < MINUTE_MS) == ("down", True)


def test_rounds_one_after_the_other_are_none() -> None:
    watcher = Watcher()
    watcher.round()
    watcher.round()
    assert not Downtime.objects.exists()


def test_the_first_round_of_all_is_none() -> None:
    downtimes.notice(now_ms())
    assert not Downtime.objects.exists()


def test_rounds_with_a_wrong_clock_are_a_downtime_of_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    beat("watcher")
    Heartbeat.objects.update(beat_at=now_ms() - HOUR_MS)
    watcher = Watcher()
    with monkeypatch.context() as patch:
        patch.setattr("alerts.watcher.clock.clock_is_plausible", lambda: False)
        watcher.round()
    watcher.round()
    assert Downtime.objects.get().cause == "clock"


# --- pages -------------------------------------------------------------------------------------


def test_the_calendar_shows_each_day_in_words_and_leads_to_it(client: Client) -> None:
    station = _with_gap()
    _post(station, date(2026, 1, 16), 0, 24)
    days.bring_up_to_date()
    html = client.get(_path(station), {"month": "2026-01"}).content.decode()
    assert f'href="{_path(station, _JANUARY)}"' in html
    text = visit(client, _path(station), month="2026-01")
    assert "15 January: 15 91 %" in text
    assert "16 January: 16 ✓ complete" in text
    assert "14 January: 14 · nothing known" in text


def test_today_is_worked_out_on_the_fly(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    station, noon = _station(), _start(_JANUARY) + 12 * HOUR_MS
    _post(station, _JANUARY, 0, 12)
    monkeypatch.setattr(days, "now_ms", lambda: noon)
    assert "15 January: 15 ✓ complete" in visit(client, _path(station), month="2026-01")


def test_days_to_come_lead_nowhere(client: Client) -> None:
    station = _station()
    tomorrow = date_of(days.today() + 1)
    assert client.get(_path(station, tomorrow)).status_code == 404
    assert str(tomorrow) not in client.get(_path(station)).content.decode()


@pytest.mark.parametrize("month", ["", "2026-13", "never", "0001-01", "9999-12"])
def test_a_month_that_is_none_is_this_one(client: Client, month: str) -> None:
    now = datetime.now(_ZONE)
    text = visit(client, _path(_station()), month=month)
    assert f"{now:%B %Y}" in text


def test_a_day_that_is_none_is_not_there(client: Client) -> None:
    station = _station()
    paths = [f"{_path(station)}{day}/" for day in ("2026-02-30", "0001-01-01", "x")]
    assert [client.get(path).status_code for path in paths] == [404, 404, 404]


def test_a_day_of_25_hours_says_so(client: Client) -> None:
    station = _station()
    _post(station, date(2026, 10, 25), 0, 25)
    assert "This day has 25 hours" in visit(client, _path(station, date(2026, 10, 25)))


def test_a_stranger_sees_no_day(client: Client, settings: Settings) -> None:
    settings.PUBLIC_DASHBOARD = False
    station = _station()
    for path in (_path(station), _path(station, _JANUARY)):
        assert client.get(path).headers["Location"].startswith("/sign-in/")
