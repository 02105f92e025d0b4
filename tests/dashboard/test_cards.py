"""What the dashboard knows of each station at one instant."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from dashboard.cards import Card, SensorLine, Snapshot
from readings.times import HOUR_MS, MINUTE_MS, SECOND_MS, to_ms
from readings.units import TemperatureUnit
from stations.models import Station
from tests.factories import make_sensor, make_station, record_history

pytestmark = pytest.mark.django_db

NOON = to_ms(datetime(2026, 7, 15, 12, 0, tzinfo=ZoneInfo("Europe/Berlin")))


def _cards(now: int = NOON, unit: TemperatureUnit = "C") -> list[Card]:
    return Snapshot(now, unit).dashboard().cards


def _card(now: int = NOON, unit: TemperatureUnit = "C") -> Card:
    (card,) = _cards(now, unit)
    return card


def _main(now: int = NOON, unit: TemperatureUnit = "C") -> SensorLine:
    line = _card(now, unit).main
    assert line is not None
    return line


def test_a_card_shows_the_newest_value() -> None:
    record_history(values=[20.0, 21.5], until=NOON)
    assert (_main().value, _main().unit) == ("21.5", "°C")


def test_a_viewer_may_want_fahrenheit() -> None:
    record_history(values=[20.0], until=NOON)
    assert (_main(unit="F").value, _main(unit="F").unit) == ("68.0", "°F")


def test_todays_extremes_have_their_times() -> None:
    record_history(values=[20.0, 18.0, 25.0, 21.0], until=NOON, every_s=3_600)
    low, high = _main().low, _main().high
    assert low is not None and (low.value, low.at) == ("18.0", "10:00")
    assert high is not None and (high.value, high.at) == ("25.0", "11:00")


def test_yesterdays_extremes_are_not_todays() -> None:
    record_history(values=[35.0], until=NOON - 13 * HOUR_MS)
    assert _main().high is None


def test_today_begins_at_local_midnight() -> None:
    just_after_midnight = NOON - 12 * HOUR_MS + MINUTE_MS  # still yesterday in UTC
    record_history(values=[15.0], until=just_after_midnight)
    low = _main().low
    assert low is not None and low.at == "00:01"


@pytest.mark.parametrize(("quiet_s", "state"), [(90, "live"), (200, "late"), (301, "silent")])
def test_a_card_says_how_fresh_it_is(quiet_s: int, state: str) -> None:
    record_history(until=NOON - quiet_s * SECOND_MS)
    assert _card().state == state


def test_a_slow_station_is_not_silent_too_soon() -> None:
    record_history(make_station(interval_s=900), until=NOON - 20 * MINUTE_MS)
    assert _card().state == "live"


def test_a_station_that_never_posted_is_waited_for() -> None:
    make_station()
    assert (_card().state, _card().main) == ("waiting", None)


def test_an_inactive_station_has_no_card() -> None:
    make_station(is_active=False)
    assert _cards() == []


def test_the_thermometer_is_the_main_sensor_whatever_its_field() -> None:
    station = make_station()
    make_sensor(station, field=1, quantity="humidity", unit="%")
    make_sensor(station, field=7, quantity="temperature", unit="C")
    record_history(station, [40.0], field=1, until=NOON)
    record_history(station, [22.0], field=7, until=NOON)
    assert (_main().value, [line.value for line in _card().others]) == ("22.0", ["40"])


def test_a_rise_over_the_last_hour_is_a_trend() -> None:
    record_history(values=[20 + minute / 60 for minute in range(71)], until=NOON)
    trend = _main().trend
    assert trend is not None and (trend.direction, trend.rate) == ("rising", "1.0 °C/h")


def test_a_fall_over_the_last_hour_is_a_trend() -> None:
    record_history(values=[20 - minute / 30 for minute in range(71)], until=NOON)
    trend = _main().trend
    assert trend is not None and (trend.direction, trend.rate) == ("falling", "2.0 °C/h")


def test_a_trend_has_the_viewers_unit() -> None:
    record_history(values=[20 + minute / 60 for minute in range(71)], until=NOON)
    trend = _main(unit="F").trend
    assert trend is not None and trend.rate == "1.8 °F/h"


def test_sensor_noise_is_no_trend() -> None:
    record_history(values=[20 + minute % 2 / 16 for minute in range(71)], until=NOON)
    trend = _main().trend
    assert trend is not None and trend.direction == "steady"


def test_ten_minutes_are_too_short_for_a_trend() -> None:
    record_history(values=[20.0 + minute for minute in range(10)], until=NOON)
    assert _main().trend is None


def test_a_silent_station_has_no_trend() -> None:
    record_history(values=[20 + minute for minute in range(71)], until=NOON - 6 * MINUTE_MS)
    assert _main().trend is None


def test_the_curve_covers_the_last_day() -> None:
    record_history(values=[10.0, 30.0], until=NOON - MINUTE_MS, every_s=20 * 3_600)
    chart = _main().chart
    assert chart is not None and (chart.low, chart.high) == (10.0, 30.0)


def test_the_curve_forgets_what_is_older() -> None:
    record_history(values=[-10.0, 30.0], until=NOON - MINUTE_MS, every_s=25 * 3_600)
    chart = _main().chart
    assert chart is not None and chart.low == 30.0


def test_cards_stand_inside_outside_elsewhere_and_waiting_last() -> None:
    for name, placement in [("D", "other"), ("C", "outdoor"), ("B", "indoor"), ("A", "indoor")]:
        record_history(make_station(name=name, placement=placement), until=NOON)
    make_station(name="Aardvark’s den")
    assert [card.name for card in _cards()] == ["A", "B", "C", "D", "Aardvark’s den"]


def test_the_demo_is_announced() -> None:
    make_station(is_demo=True)
    assert Snapshot(NOON, "C").dashboard().has_demo


def _signature(now: int = NOON, unit: TemperatureUnit = "C") -> str:
    return Snapshot(now, unit).signature()


@pytest.fixture
def posted() -> Station:
    station = make_station()
    record_history(station, until=NOON)
    return station


@pytest.mark.usefixtures("posted")
def test_the_signature_stays_while_nothing_changes() -> None:
    assert _signature(NOON + 50 * SECOND_MS) == _signature(NOON + 20 * SECOND_MS)


def test_a_new_reading_changes_the_signature(posted: Station) -> None:
    before = _signature()
    record_history(posted, until=NOON + MINUTE_MS)
    assert _signature() != before


def test_a_new_name_changes_the_signature(posted: Station) -> None:
    before = _signature()
    Station.objects.filter(pk=posted.pk).update(name="Loft")
    assert _signature() != before


@pytest.mark.usefixtures("posted")
def test_falling_silent_changes_the_signature() -> None:
    assert _signature(NOON + 200 * SECOND_MS) != _signature(NOON + 301 * SECOND_MS)


@pytest.mark.usefixtures("posted")
def test_the_unit_changes_the_signature() -> None:
    assert _signature(unit="F") != _signature(unit="C")
