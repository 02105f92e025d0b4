"""The watcher's round: what it tells the operator, and that it goes on."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.utils import timezone

from alerts import watcher as watcher_module
from alerts.looks import silence as silence_look
from alerts.watcher import Watcher
from readings import demo
from readings.models import Heartbeat, Reading
from readings.times import HOUR_MS, now_ms
from stations.models import Station
from tests.factories import make_readings, make_station

pytestmark = pytest.mark.django_db

Log = Callable[[], list[str]]
_START = 1_780_000_000_000


class Clock:
    def __init__(self) -> None:
        self.now = _START

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """What the watcher takes for now; the tests move it on."""
    clock = Clock()
    monkeypatch.setattr(watcher_module, "now_ms", clock)
    return clock


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Log:
    """Returns what the watcher logged since it was last asked."""
    caplog.set_level(logging.INFO, logger="alerts.watcher")

    def take() -> list[str]:
        lines = [r.getMessage() for r in caplog.records if r.name == "alerts.watcher"]
        caplog.clear()
        return lines

    return take


def _post(station: Station, at: int) -> None:
    sensor = make_readings(station, until=at)
    sensor.latest.received_at = at
    sensor.latest.save()


def test_a_silent_station_is_told_with_what_to_check(clock: Clock, log: Log) -> None:
    _post(make_station(name="Attic"), _START - HOUR_MS)
    Watcher().round()
    assert log() == [
        "Attic is silent: it missed five posts or more. Check its power and Wi-Fi, then its key."
    ]


def test_silence_is_a_warning(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    _post(make_station(), _START - HOUR_MS)
    Watcher().round()
    assert [r.levelname for r in caplog.records if r.name == "alerts.watcher"] == ["WARNING"]


def test_silence_is_told_once(clock: Clock, log: Log) -> None:
    _post(make_station(), _START - HOUR_MS)
    watcher = Watcher()
    watcher.round()
    log()
    watcher.round()
    assert log() == []


def test_a_station_that_posts_again_is_told(clock: Clock, log: Log) -> None:
    station = make_station(name="Attic")
    _post(station, _START - HOUR_MS)
    watcher = Watcher()
    watcher.round()
    log()
    _post(station, _START)
    watcher.round()
    assert log() == ["Attic posts again."]


def test_a_station_that_falls_silent_a_second_time_is_told_again(clock: Clock, log: Log) -> None:
    station = make_station(name="Attic")
    _post(station, _START)
    watcher = Watcher()
    watcher.round()
    assert log() == []
    clock.now += HOUR_MS
    watcher.round()
    _post(station, clock.now)
    watcher.round()
    clock.now += HOUR_MS
    log()
    watcher.round()
    assert [line.partition(":")[0] for line in log()] == ["Attic is silent"]


def test_an_inactive_station_is_not_watched(clock: Clock, log: Log) -> None:
    station = make_station()
    _post(station, _START - HOUR_MS)
    Station.objects.filter(pk=station.pk).update(is_active=False)
    Watcher().round()
    assert log() == []


def test_a_station_that_never_posted_is_not_silent(clock: Clock, log: Log) -> None:
    make_station()
    Watcher().round()
    assert log() == []


def test_a_round_leaves_a_sign_of_life() -> None:
    before = now_ms()
    Watcher().round()
    assert Heartbeat.objects.get(name="watcher").beat_at >= before


def test_a_round_that_fails_leaves_no_sign_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(now: int) -> None:
        raise OperationalError("database disk image is malformed")

    monkeypatch.setattr(silence_look, "look", fail)
    with pytest.raises(OperationalError):
        Watcher().round()
    assert not Heartbeat.objects.filter(name="watcher").exists()


def test_a_change_missed_by_a_failed_round_is_told_by_the_next(
    clock: Clock, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(now: int) -> None:
        raise OperationalError("disk I/O error")

    _post(make_station(name="Attic"), _START)
    watcher = Watcher()
    watcher.round()
    clock.now += HOUR_MS
    with monkeypatch.context() as patch:
        patch.setattr(silence_look, "look", fail)
        with pytest.raises(OperationalError):
            watcher.round()
    watcher.round()
    assert [line.partition(":")[0] for line in log()] == ["Attic is silent"]


def test_a_round_extends_the_demo(clock: Clock) -> None:
    demo.seed(_START, days=1)
    clock.now += HOUR_MS
    before = Reading.objects.count()
    Watcher().round()
    assert Reading.objects.count() == before + 2 * 2 * 60


def test_the_demo_is_not_called_silent_after_the_server_was_down(clock: Clock, log: Log) -> None:
    demo.seed(_START, days=1)
    clock.now += 5 * HOUR_MS
    Watcher().round()
    assert log() == []


def test_a_broken_demo_does_not_hide_a_silent_station(
    clock: Clock, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(now: int) -> None:
        raise RuntimeError

    monkeypatch.setattr(demo, "extend", fail)
    _post(make_station(name="Attic"), _START - HOUR_MS)
    Watcher().round()
    assert [line.partition(":")[0] for line in log()] == [
        "The demo cannot go on. Remove it with manage.py seed_demo --remove.",
        "Attic is silent",
    ]


def test_tidying_drops_expired_sign_ins_alone() -> None:
    now = timezone.now()
    for key, days in (("old", -1), ("new", 1)):
        Session.objects.create(session_key=key, expire_date=now + timedelta(days=days))
    Watcher().tidy()
    assert [session.session_key for session in Session.objects.all()] == ["new"]
