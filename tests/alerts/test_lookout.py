"""A look at the house and the server: what is new, kept over restarts, told once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from django.db import OperationalError

from alerts import news
from alerts.lookout import Lookout
from alerts.models import Condition, Delivery, Event, Kind, SilenceRule, ThresholdRule
from readings import clock, damage
from readings.models import Heartbeat
from readings.times import DAY_MS, HOUR_MS, MINUTE_MS, now_ms
from stations.models import Sensor, Station
from tests.factories import make_channel, make_readings, make_station, record_history
from upkeep import disk_watch, results

pytestmark = pytest.mark.django_db

_NOW = 1_780_000_000_000


def _told(events: Sequence[Event]) -> list[tuple[str, bool]]:
    return [(event.cause.partition(":")[0], event.is_raised) for event in events]


def _look(now: int, lookout: Lookout | None = None) -> list[tuple[str, bool]]:
    """Look as after a restart, unless a lookout that goes on is given."""
    return _told((lookout or Lookout()).look_at_home(now))


def _heard(station: Station, at: int) -> None:
    sensor = make_readings(station, until=at)
    sensor.latest.received_at = at
    sensor.latest.save()


# --- silence -------------------------------------------------------------------------


def test_silence_and_its_end_are_told_once_each_whatever_restarts() -> None:
    station = make_station(name="Attic")
    _heard(station, _NOW - HOUR_MS)
    assert _look(_NOW) == [("silence", True)]
    assert _look(_NOW) == []
    _heard(station, _NOW + MINUTE_MS)
    assert _look(_NOW + MINUTE_MS) == [("silence", False)]
    assert _look(_NOW + MINUTE_MS) == []


def test_late_is_not_silent() -> None:
    _heard(make_station(), _NOW - 4 * MINUTE_MS)
    assert _look(_NOW) == []


def test_the_event_knows_how_long_the_silence_was() -> None:
    station = make_station(name="Attic")
    _heard(station, _NOW - HOUR_MS)
    _look(_NOW)
    _heard(station, _NOW + HOUR_MS)
    _look(_NOW + HOUR_MS)
    began, over = Event.objects.order_by("id")
    assert began.details == {"station": "Attic", "since": _NOW - HOUR_MS}
    assert over.details["lasted_s"] == 7_200


def test_a_rule_gives_a_station_more_time() -> None:
    station = make_station()
    SilenceRule.objects.create(station=station, grace_minutes=120)
    _heard(station, _NOW - HOUR_MS)
    assert _look(_NOW) == []
    assert _look(_NOW + HOUR_MS + MINUTE_MS) == [("silence", True)]


def test_a_rule_keeps_a_stations_silence_from_being_sent() -> None:
    make_channel()
    station = make_station()
    SilenceRule.objects.create(station=station, is_told=False)
    _heard(station, _NOW - HOUR_MS)
    assert _look(_NOW) == [("silence", True)]
    assert not Delivery.objects.exists()


def test_without_any_rule_every_silence_is_sent() -> None:
    make_channel()
    _heard(make_station(), _NOW - HOUR_MS)
    _look(_NOW)
    assert Delivery.objects.count() == 1


def test_after_the_server_was_away_stations_have_time_to_post() -> None:
    _heard(make_station(), _NOW - 5 * HOUR_MS)
    Heartbeat.objects.create(name="watcher", beat_at=_NOW - 5 * HOUR_MS)
    lookout = Lookout()
    assert _look(_NOW, lookout) == []
    Heartbeat.objects.update(beat_at=_NOW)
    assert _look(_NOW + MINUTE_MS) == []  # a second restart soon after
    assert _look(_NOW + 6 * MINUTE_MS, lookout) == [("silence", True)]


def test_what_was_silent_before_the_server_went_is_not_back_because_it_came() -> None:
    _heard(make_station(), _NOW - HOUR_MS)
    _look(_NOW)
    Heartbeat.objects.create(name="watcher", beat_at=_NOW)
    Event.objects.all().delete()
    later = _NOW + 5 * HOUR_MS
    found = [_look(later), _look(later + 10 * MINUTE_MS)]
    assert found == [[], []]


def test_a_station_that_is_switched_off_is_no_longer_watched() -> None:
    station = make_station()
    _heard(station, _NOW - HOUR_MS)
    _look(_NOW)
    Station.objects.update(is_active=False)
    assert _look(_NOW) == []
    assert not Condition.objects.filter(is_raised=True).exists()


# --- thresholds -----------------------------------------------------------------------


@pytest.fixture
def freezer() -> Sensor:
    """A sensor that may not be above -15 °C for more than ten minutes."""
    station = make_station(name="Freezer")
    record_history(station, [-18.0], until=_NOW - HOUR_MS)
    sensor = Sensor.objects.get()
    ThresholdRule.objects.create(sensor=sensor, limit=-15, hysteresis=1, for_minutes=10)
    return sensor


def _measured(sensor: Sensor, value: float, until: int, minutes: int = 1) -> None:
    record_history(sensor.station, [value] * minutes, until=until)
    Sensor.objects.get().latest.__class__.objects.update(received_at=until)


def test_a_value_beyond_its_limit_is_told_once_whatever_restarts(freezer: Sensor) -> None:
    make_channel()
    _measured(freezer, -10, _NOW, 11)
    assert _look(_NOW) == [("threshold", True)]
    _measured(freezer, -10, _NOW + 10 * MINUTE_MS, 10)
    assert _look(_NOW + 10 * MINUTE_MS) == []
    _measured(freezer, -18, _NOW + 11 * MINUTE_MS)
    assert _look(_NOW + 11 * MINUTE_MS) == [("threshold", False)]
    assert Delivery.objects.count() == 2


def test_the_time_it_has_to_last_goes_on_over_a_restart(freezer: Sensor) -> None:
    for minute in range(11):
        _measured(freezer, -10, _NOW + minute * MINUTE_MS)
        found = _look(_NOW + minute * MINUTE_MS)
    assert found == [("threshold", True)]


def test_a_backlog_is_told_as_it_would_have_been(freezer: Sensor) -> None:
    """The station had no Wi-Fi: it was warm and cold again before anybody heard of it."""
    lookout = Lookout()
    _look(_NOW - HOUR_MS, lookout)
    _measured(freezer, -10, _NOW - 10 * MINUTE_MS, 20)
    _measured(freezer, -18, _NOW, 10)
    assert _look(_NOW, lookout) == [("threshold", True), ("threshold", False)]


def test_an_outlier_is_no_news(freezer: Sensor) -> None:
    ThresholdRule.objects.update(for_minutes=0)
    _measured(freezer, 85, _NOW)
    assert _look(_NOW) == []


def test_what_happened_days_ago_alarms_nobody(freezer: Sensor) -> None:
    _look(_NOW - 3 * DAY_MS)
    Condition.objects.create(cause=f"threshold:{ThresholdRule.objects.get().pk}", seen_until=1)
    _measured(freezer, -10, _NOW - 2 * DAY_MS, 20)
    assert ("threshold", True) not in _look(_NOW)


def test_a_rule_that_is_switched_off_is_forgotten(freezer: Sensor) -> None:
    _measured(freezer, -10, _NOW, 11)
    _look(_NOW)
    ThresholdRule.objects.update(is_active=False)
    assert _look(_NOW) == []
    ThresholdRule.objects.update(is_active=True)
    assert _look(_NOW) == [("threshold", True)]


def test_nothing_is_written_while_nothing_changes(
    freezer: Sensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    lookout = Lookout()
    _measured(freezer, -18, _NOW)
    lookout.look_at_home(_NOW)

    def fail() -> None:
        raise AssertionError("it wrote")

    monkeypatch.setattr(news, "write_transaction", fail)
    _measured(freezer, -18, _NOW + MINUTE_MS)
    assert lookout.look_at_home(_NOW + MINUTE_MS) == []


def test_what_could_not_be_kept_is_found_again(
    freezer: Sensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    lookout = Lookout()
    _look(_NOW - HOUR_MS, lookout)
    _measured(freezer, -10, _NOW - 10 * MINUTE_MS, 12)
    _measured(freezer, -18, _NOW, 1)
    with monkeypatch.context() as patch:
        patch.setattr(news, "write_transaction", _full_disk)
        with pytest.raises(OperationalError):
            lookout.look_at_home(_NOW)
    assert _look(_NOW, lookout) == [("threshold", True), ("threshold", False)]


def _full_disk() -> None:
    raise OperationalError("database or disk is full")


def test_an_event_and_its_deliveries_are_kept_together_or_not_at_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise OperationalError("disk I/O error")

    make_channel()
    _heard(make_station(), _NOW - HOUR_MS)
    with monkeypatch.context() as patch:
        patch.setattr(Delivery, "save", fail)
        with pytest.raises(OperationalError):
            _look(_NOW)
    assert not Event.objects.exists()
    assert _look(_NOW) == [("silence", True)]


# --- the windows ----------------------------------------------------------------------


@dataclass
class Adviser:
    """Says what the test puts into its mouth."""

    is_open: bool | None = False
    pair: int = 1
    sentence: str = "Open the windows: 1.8 °C cooler outside."
    since: int = _NOW

    def __call__(self, now: int) -> list[Adviser]:
        return [self]


def test_advice_is_told_when_it_changes_whatever_restarts() -> None:
    make_channel()
    adviser = Adviser()
    found = []
    for adviser.is_open in (False, True, True, None, True, False, False):
        found += _told(Lookout(adviser).look_at_home(_NOW))
    assert found == [("advice", True), ("advice", False)]
    assert Event.objects.order_by("id")[0].details == {"sentence": adviser.sentence}


# --- the server's own troubles ----------------------------------------------------------


@pytest.fixture
def now() -> int:
    return now_ms()


def _server(now: int) -> list[tuple[str, bool]]:
    return [(event.details["trouble"], event.is_raised) for event in Lookout().look_at_server(now)]


def test_a_server_that_is_well_has_nothing_to_tell(now: int) -> None:
    results.record("backup", is_ok=True, text="done")
    assert _server(now) == []


def test_a_failed_backup_is_told_once_and_when_it_works_again(now: int) -> None:
    results.record("backup", is_ok=False, text="No room for a backup.")
    assert _server(now) == [("backup", True)]
    results.record("backup", is_ok=False, text="No room for a backup: 5 MB.")
    assert _server(now + HOUR_MS) == []
    results.record("backup", is_ok=True, text="done")
    assert _server(now + 2 * HOUR_MS) == []
    assert _server(now + 2 * HOUR_MS + 10 * MINUTE_MS) == [("backup", False)]


def test_a_nearly_full_disk_is_told(now: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk_watch, "measure", lambda: ("nearly full", 100_000_000))
    disk_watch.DiskWatch().look()
    assert _server(now) == [("disk", True)]
    assert not Event.objects.get().is_severe


def test_a_full_disk_is_severe(now: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk_watch, "measure", lambda: ("full", 0))
    assert _server(now) == [("full disk", True)]
    assert Event.objects.get().is_severe


def test_a_damaged_database_is_severe_and_says_how_to_go_on(now: int) -> None:
    damage.mark("row 7 missing from index")
    assert _server(now) == [("database", True)]
    event = Event.objects.get()
    assert event.is_severe
    assert event.details["text"] == f"row 7 missing from index. {damage.WHAT_TO_DO}"


def test_a_wrong_clock_is_told_though_nothing_else_is_looked_at(
    now: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "objection", lambda: "The clock of this computer shows 1970.")
    assert _server(5_000) == [("clock", True)]
    monkeypatch.setattr(clock, "objection", lambda: "")
    assert _server(now) == []
    assert _server(now + 10 * MINUTE_MS) == [("clock", False)]


def test_troubles_go_to_channels_that_tell_them(now: int) -> None:
    make_channel()
    make_channel(tells_troubles=False)
    results.record("backup", is_ok=False, text="No room.")
    _server(now)
    assert Delivery.objects.get().event.kind == Kind.TROUBLE
