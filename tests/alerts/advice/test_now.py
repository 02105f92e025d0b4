"""The advice of this moment, for the dashboard and for alerts."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from pytest_django import DjangoAssertNumQueries

from alerts import advice
from alerts.advice import rounds
from alerts.advice.models import AdvisedPair, Adviser
from alerts.advice.now import advice_for
from readings import clock, queries
from readings.times import HOUR_MS, MINUTE_MS, SECOND_MS, to_ms
from stations.models import Sensor, Station
from tests.factories import make_station, record_history

pytestmark = pytest.mark.django_db

# An evening in summer.
_NOW = to_ms(datetime(2026, 7, 1, 21, 40, tzinfo=ZoneInfo("Europe/Berlin")))


def _house(inside: float = 26.0, outside: float = 22.0, *, until: int = _NOW) -> list[Station]:
    """A house whose garden was 3 C warmer until ten minutes ago."""
    stations = [make_station(name="Attic"), make_station(name="Garden", placement="outdoor")]
    record_history(stations[0], [inside] * 60, until=until)
    record_history(stations[1], [inside + 3] * 50 + [outside] * 10, until=until)
    return stations


def _sentences(now: int = _NOW) -> list[str]:
    return [told.sentence for told in advice.all_current(now)]


def test_without_stations_there_is_no_advice() -> None:
    assert advice.current(_NOW) is None
    assert advice.all_current(_NOW) == []


def test_before_the_watcher_looked_the_newest_values_decide() -> None:
    _house()
    assert _sentences() == ["Open the windows: 4.0 °C cooler outside"]


def test_the_watcher_knows_since_when() -> None:
    _house()
    rounds.go_on(_NOW + 10 * SECOND_MS)
    # Ten minutes ago, and two more until the median of five minutes is the new one.
    assert _sentences() == ["Open the windows: 4.0 °C cooler outside since 21:33"]


def test_what_alerts_are_told() -> None:
    _house()
    rounds.go_on(_NOW + 10 * SECOND_MS)
    (told,) = advice.all_current(_NOW)
    assert (told.pair, told.is_open) == (AdvisedPair.objects.get().pk, True)
    assert told.since == _NOW - 7 * MINUTE_MS


def test_the_advice_of_a_silent_house_is_no_news() -> None:
    _house()
    rounds.go_on(_NOW + HOUR_MS)
    (told,) = advice.all_current(_NOW + 40 * MINUTE_MS)
    assert told.is_open is None
    assert told.sentence == "No advice: Garden has been silent for 40 minutes"


def test_a_stale_state_is_not_taken_for_now() -> None:
    """The watcher stopped while the windows were to be open; it is warm outside now."""
    house = _house()
    rounds.go_on(_NOW + 10 * SECOND_MS)
    later = _NOW + 10 * MINUTE_MS
    record_history(house[0], [26.0], until=later)
    record_history(house[1], [30.0], until=later)
    assert _sentences(later) == ["Keep them closed: 4.0 °C warmer outside"]


def test_quiet_hours_keep_alerts_quiet_and_the_dashboard_telling() -> None:
    _house()
    inside, outside = Sensor.objects.order_by("station__name")
    Adviser.objects.create(inside=inside, outside=outside, quiet_from=time(21), quiet_until=time(7))
    rounds.go_on(_NOW + 10 * SECOND_MS)
    assert advice.all_current(_NOW) == []
    shown = advice.current(_NOW)
    assert shown is not None and shown.kind == "open"


def test_each_adviser_speaks() -> None:
    _house()
    cellar = make_station(name="Cellar")
    record_history(cellar, [18.0] * 60, until=_NOW)
    attic, garden = Sensor.objects.exclude(station=cellar).order_by("station__name")
    Adviser.objects.create(inside=attic, outside=garden)
    Adviser.objects.create(inside=cellar.sensors.get(), outside=garden)
    rounds.go_on(_NOW + 10 * SECOND_MS)
    assert _sentences() == [
        "Open the windows: 4.0 °C cooler outside since 21:33",
        "Nothing to do: comfortable at 18.0 °C inside",
    ]


def test_an_inactive_station_is_not_compared() -> None:
    house = _house()
    rounds.go_on(_NOW + 10 * SECOND_MS)
    Station.objects.filter(pk=house[1].pk).update(is_active=False)
    assert advice.current(_NOW) is None


def test_a_clock_that_cannot_be_right_gives_no_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    _house()
    monkeypatch.setattr(clock, "clock_is_plausible", lambda: False)
    assert _sentences() == ["No advice: the clock of this server cannot be right"]


def test_it_takes_one_query_and_no_reading(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    _house()
    rounds.go_on(_NOW + 10 * SECOND_MS)
    stations = queries.stations_for_dashboard()
    with django_assert_num_queries(1) as seen:
        advice_for(stations, _NOW)
    assert "readings_reading" not in seen[0]["sql"]
