"""The watcher's part: the fold in the database, over restarts, gaps and late readings."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from alerts import advice
from alerts.advice import past, rounds
from alerts.advice.fold import State
from alerts.advice.models import AdviceChange, AdviceForecast, AdvisedPair, Adviser
from alerts.advice.pairs import sync
from readings import queries
from readings.ingest import record_readings
from readings.measurements import Measurement
from readings.models import Reading
from readings.times import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, to_ms
from readings.weather import Climate
from stations.models import Station
from tests.factories import make_station

pytestmark = pytest.mark.django_db

# A summer's midnight; the demo's climate is believable then.
_START = to_ms(datetime(2026, 7, 1, tzinfo=ZoneInfo("Europe/Berlin")))
_CLIMATE = Climate(1959, 60)


@pytest.fixture
def house() -> tuple[Station, Station]:
    return make_station(name="Attic"), make_station(name="Garden", placement="outdoor")


def _post(station: Station, values: dict[int, float]) -> None:
    """Record values by minutes after the start, as heard of when they were measured."""
    due = [Measurement(1, v, _START + m * MINUTE_MS, is_exact=True) for m, v in values.items()]
    record_readings(station, due, is_history=True)


def _post_both(
    house: tuple[Station, Station], minutes: range, *, inside: float = 26.0, cooler_by: float
) -> None:
    _post(house[0], dict.fromkeys(minutes, inside))
    _post(house[1], dict.fromkeys(minutes, inside - cooler_by))


def _weather(house: tuple[Station, Station], hours: range, every: int = 5) -> None:
    """Record some hours of summer."""
    minutes = range(hours.start * 60, hours.stop * 60, every)
    weather = {m: _CLIMATE.at(_START // MINUTE_MS + m) for m in minutes}
    _post(house[0], {m: w.indoor.temperature for m, w in weather.items()})
    _post(house[1], {m: w.outdoor.temperature for m, w in weather.items()})


def _round(minute: float) -> None:
    rounds.go_on(_START + round(minute * MINUTE_MS) + 10 * SECOND_MS)


def _memory() -> State:
    memory = AdvisedPair.objects.get().memory
    assert memory is not None
    return State.restored(memory)


def _changes() -> list[tuple[int, bool]]:
    return [
        ((change.happened_at - _START) // MINUTE_MS, change.is_open)
        for change in AdviceChange.objects.order_by("happened_at")
    ]


def test_a_round_folds_up_to_the_last_minute(house: tuple[Station, Station]) -> None:
    _post_both(house, range(10), cooler_by=2.0)
    _round(9)
    assert (_memory().at, _memory().is_open) == (_START + 9 * MINUTE_MS, True)


def test_a_minute_is_looked_at_once_its_readings_have_settled(
    house: tuple[Station, Station],
) -> None:
    _post_both(house, range(10), cooler_by=2.0)
    rounds.go_on(_START + 9 * MINUTE_MS + 4 * SECOND_MS)
    assert _memory().at == _START + 8 * MINUTE_MS


def test_a_change_is_kept_with_its_minute_and_values(house: tuple[Station, Station]) -> None:
    _post_both(house, range(10), cooler_by=-2.0)
    _round(9)
    _post_both(house, range(10, 20), cooler_by=2.0)
    _round(19)
    assert _changes() == [(12, True)]
    change = AdviceChange.objects.get()
    assert (change.inside, change.outside) == (26.0, 24.0)


def test_changes_since_an_id(house: tuple[Station, Station]) -> None:
    _post_both(house, range(10), cooler_by=2.0)
    _post_both(house, range(10, 60), cooler_by=-2.0)
    _round(59)
    first, second = advice.changes_since(0)
    assert (first.is_open, second.is_open) == (True, False)
    assert advice.changes_since(first.pk) == [second]
    assert advice.changes_since(second.pk) == []


def test_rounds_in_between_change_nothing(house: tuple[Station, Station]) -> None:
    """A watcher that runs, and one that sleeps for a day and catches up, come to the same."""
    _weather(house, range(24))
    for minute in range(0, 24 * 60, 97):
        _round(minute)
    _round(24 * 60 - 1)
    often, changes = _memory(), _changes()
    AdvisedPair.objects.all().delete()
    _round(24 * 60 - 1)
    assert _memory() == often
    assert _changes() == changes and len(changes) >= 2


def test_a_restart_comes_to_the_same(house: tuple[Station, Station]) -> None:
    """Replaying recorded days from the beginning gives the advice that was given."""
    _weather(house, range(3 * 24), every=10)
    for hour in range(12, 3 * 24, 12):
        _round(hour * 60)
    _round(3 * 24 * 60 - 5)
    given = _memory()
    AdvisedPair.objects.update(memory=None)
    _round(3 * 24 * 60 - 5)
    assert _memory() == given


def test_what_comes_late_takes_no_advice_back(house: tuple[Station, Station]) -> None:
    _post(house[0], dict.fromkeys(range(120), 26.0))
    _post(house[1], dict.fromkeys([*range(30), *range(90, 120)], 23.0))
    _round(119)
    before = _changes()
    # The hour that was missing was hot, as it turns out.
    late = [Measurement(1, 35.0, _START + m * MINUTE_MS, is_exact=True) for m in range(30, 90)]
    record_readings(house[1], late, is_history=True)
    Reading.objects.filter(value=35.0).update(delay_s=2 * 3_600)
    _post_both(house, range(120, 130), cooler_by=3.0)
    _round(129)
    assert (_changes(), _memory().is_open) == (before, True)


def test_what_came_late_is_left_out_of_a_replay_too(house: tuple[Station, Station]) -> None:
    test_what_comes_late_takes_no_advice_back(house)
    given = _memory()
    AdvisedPair.objects.all().delete()
    _round(129)
    assert _memory() == given


def test_outliers_are_ignored(house: tuple[Station, Station]) -> None:
    _post_both(house, range(20), cooler_by=2.0)
    _post(house[1], dict.fromkeys(range(20, 30), 85.0))
    _post(house[0], dict.fromkeys(range(20, 30), 26.0))
    _round(29)
    assert _memory().outside is None  # ten minutes of nothing but outliers: it is unknown
    assert _changes() == [(0, True)]


def test_other_terms_count_at_once_and_are_told_once(house: tuple[Station, Station]) -> None:
    _post_both(house, range(60), inside=24.0, cooler_by=2.0)
    _round(59)
    pair = AdvisedPair.objects.get()
    Adviser.objects.create(inside=pair.inside, outside=pair.outside, comfort=25.0)
    _post_both(house, range(60, 63), inside=24.0, cooler_by=2.0)
    _round(62)
    assert _changes() == [(0, True), (62, False)]
    _round(62)
    assert len(_changes()) == 2


def _during_the_fold(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Have somebody act once, while the watcher folds."""
    real = past.windows

    def windows(pair: AdvisedPair, since: int, until: int) -> object:
        monkeypatch.setattr(past, "windows", real)
        act()
        return real(pair, since, until)

    monkeypatch.setattr(past, "windows", windows)


def test_terms_that_change_during_a_fold_count_from_the_next_round_on(
    house: tuple[Station, Station], monkeypatch: pytest.MonkeyPatch
) -> None:
    _post_both(house, range(60), inside=26.0, cooler_by=1.8)
    _round(58)
    pair = AdvisedPair.objects.get()

    def save() -> None:
        Adviser.objects.create(inside=pair.inside, outside=pair.outside, open_margin=3.0)
        sync(queries.stations_for_dashboard(), _START + HOUR_MS)

    _during_the_fold(monkeypatch, save)
    _round(59)
    _round(59)
    assert (_memory().at, _memory().is_open) == (_START + 59 * MINUTE_MS, False)


def test_a_pair_that_is_deleted_during_a_fold_is_no_error(
    house: tuple[Station, Station],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    _post_both(house, range(10), cooler_by=2.0)
    _during_the_fold(monkeypatch, AdvisedPair.objects.all().delete)
    _round(9)
    assert not AdvisedPair.objects.exists()
    assert caplog.text == ""


def test_a_past_of_weeks_is_replayed_but_not_told(house: tuple[Station, Station]) -> None:
    _weather(house, range(3 * 24), every=10)
    _round(3 * 24 * 60 - 5)
    times = [change.happened_at for change in AdviceChange.objects.all()]
    assert times and min(times) > _START + 2 * DAY_MS - HOUR_MS


def test_a_clock_set_back_begins_anew(house: tuple[Station, Station]) -> None:
    _post_both(house, range(10), cooler_by=2.0)
    _round(9)
    _round(9 - 2 * 60)
    assert _memory().at == _START + (9 - 2 * 60) * MINUTE_MS


def test_forecasts_are_kept_and_judged(house: tuple[Station, Station]) -> None:
    _hot_days(house, 7)
    _round(7 * 24 * 60 - 10)
    judged = AdviceForecast.objects.filter(is_judged=True)
    assert judged.count() > 20
    assert all(row.came_at is not None and row.expected_at is not None for row in judged)


def test_the_error_is_told_once_it_is_known(house: tuple[Station, Station]) -> None:
    _hot_days(house, 4)
    _round(4 * 24 * 60 - 10)
    assert AdvisedPair.objects.get().errors == []
    _hot_days(house, 8)
    _round(8 * 24 * 60 - 10)
    errors = dict(AdvisedPair.objects.get().errors)
    assert errors and max(errors.values()) <= 30  # each day is like the day before


def test_the_forecast_of_now_is_kept_for_the_dashboard(house: tuple[Station, Station]) -> None:
    _hot_days(house, 3)
    _round(2 * 24 * 60 + 15 * 60)
    outlook = AdvisedPair.objects.get().outlook
    assert outlook is not None
    _, expected_at, days, _ = outlook
    assert days == 2
    assert abs(expected_at - (_START + 2 * DAY_MS + 20 * HOUR_MS)) < 45 * MINUTE_MS


def _hot_days(house: tuple[Station, Station], days: int) -> None:
    """The house keeps 26 C; outside it is warmer from 8:00 to 20:00, by 4 C at most."""
    minutes = range(0, days * 24 * 60, 10)
    _post(house[0], dict.fromkeys(minutes, 26.0))
    hours = {m: m / 60 % 24 for m in minutes}
    _post(house[1], {m: 26.0 + 4 - abs(hour - 14) * 2 / 3 for m, hour in hours.items()})


def test_a_pair_that_fails_is_told_and_stops_no_other(
    house: tuple[Station, Station],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    _post_both(house, range(10), cooler_by=2.0)
    third = make_station(name="Cellar")
    _post(third, dict.fromkeys(range(10), 26.0))
    _round(1)
    pair = AdvisedPair.objects.get()
    broken = Adviser.objects.create(inside=pair.inside, outside=pair.outside)
    Adviser.objects.create(inside=third.sensors.get(), outside=pair.outside)
    real = past.windows

    def windows(pair: AdvisedPair, since: int, until: int) -> object:
        if pair.inside_id == broken.inside_id:
            raise RuntimeError("broken")
        return real(pair, since, until)

    monkeypatch.setattr(past, "windows", windows)
    with caplog.at_level(logging.ERROR, logger="alerts.advice"):
        _round(9)
    went_on = AdvisedPair.objects.filter(memory__at=_START + 9 * MINUTE_MS)
    assert [pair.inside for pair in went_on] == [third.sensors.get()]
    assert [r.getMessage() for r in caplog.records if r.name == "alerts.advice"] == [
        "Attic Temperature against Garden Temperature: the advice could not be worked out;"
        " the next round tries."
    ]


def test_nothing_is_written_while_no_minute_has_passed(
    house: tuple[Station, Station], django_assert_num_queries: object
) -> None:
    _post_both(house, range(10), cooler_by=2.0)
    _round(9)
    with django_assert_num_queries(4):  # type: ignore[operator]
        _round(9)  # stations, sensors, advisers, pairs


def test_a_house_without_a_pair_has_no_advice(house: tuple[Station, Station]) -> None:
    _round(9)
    assert not AdvisedPair.objects.exists()


def test_a_removed_sensor_takes_its_pair_along(house: tuple[Station, Station]) -> None:
    _post_both(house, range(10), cooler_by=2.0)
    _round(9)
    house[1].sensors.get().delete()
    _round(10)
    assert not AdvisedPair.objects.exists()
