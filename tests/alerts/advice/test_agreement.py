"""Advice, alerts and charts agree with each other for the same instant."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from alerts import advice
from alerts.advice import rounds
from alerts.advice.now import advice_for
from alerts.lookout import Lookout
from alerts.models import Kind
from dashboard.cards import Snapshot
from history.ranges import Range
from history.series import read_series, shade
from readings import queries
from readings.times import MINUTE_MS, SECOND_MS, to_ms
from stations.models import Sensor
from tests.factories import make_station, record_history

pytestmark = pytest.mark.django_db

_ZONE = ZoneInfo("Europe/Berlin")
_NOON = to_ms(datetime(2026, 7, 1, 12, tzinfo=_ZONE))


def _evening(hours: int) -> int:
    """Inside 26 C; outside falls by a degree an hour, from 30 C at noon. Return the last minute."""
    minutes = range(hours * 60)
    until = _NOON + minutes[-1] * MINUTE_MS
    record_history(make_station(name="Attic"), [26.0] * len(minutes), until=until)
    outside = [30.0 - minute / 60 for minute in minutes]
    record_history(make_station(name="Garden", placement="outdoor"), outside, until=until)
    rounds.go_on(until + 10 * SECOND_MS)
    return until


def test_the_chart_is_shaded_since_when_the_advice_says_it_is_cooler() -> None:
    now = _evening(12)
    shown = advice.current(now)
    assert shown is not None and shown.kind == "open" and shown.since is not None
    inside, outside = Sensor.objects.order_by("station__name")
    period = Range(_NOON, now + MINUTE_MS)
    drawn_in, drawn_out = (read_series(one, period, 1_000, _ZONE) for one in (inside, outside))
    (spell,) = shade(drawn_in, drawn_out, period, _ZONE)
    # The median of five minutes follows two minutes behind.
    assert 0 <= shown.since - spell.since <= 3 * MINUTE_MS


@pytest.mark.parametrize(("hours", "is_open"), [(1, False), (3, False), (6, True), (12, True)])
def test_dashboard_and_alerts_say_the_same_at_the_same_instant(hours: int, is_open: bool) -> None:
    now = _evening(hours)
    (told,) = advice.all_current(now)
    (shown,) = Snapshot(now, "C").dashboard().advice
    (paired,) = advice_for(queries.stations_for_dashboard(), now)
    assert shown.sentence == told.sentence
    assert paired.advice.is_open == told.is_open == is_open


def test_a_change_of_the_advice_is_an_alert_of_the_same_sentence() -> None:
    now = _evening(6)
    (event,) = Lookout(advice.all_current).look_at_home(now)
    (shown,) = Snapshot(now, "C").dashboard().advice
    assert (event.kind, event.is_raised) == (Kind.ADVICE, True)
    assert event.details["sentence"] == shown.sentence
    change = advice.changes_since(0)[-1]
    assert (change.is_open, change.happened_at) == (True, event.happened_at)
