"""Which thermometers are compared."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from alerts.advice import pairs
from alerts.advice.models import AdvisedPair, Adviser
from alerts.advice.pairs import Choice, default_choice, sync
from alerts.advice.terms import Terms
from history.pair import pair_of
from readings import queries
from readings.locks import write_transaction
from readings.times import DAY_MS, HOUR_MS, now_ms
from stations.models import Sensor, Station
from tests.factories import make_sensor, make_station, record_history

pytestmark = pytest.mark.django_db

_NOW = now_ms()


def _thermometer(placement: str, *, age_ms: int = 0, is_demo: bool = False) -> Sensor:
    station = make_station(placement=placement, is_demo=is_demo)
    record_history(station, [20.0], until=_NOW - age_ms)
    return Sensor.objects.get(station=station)


def _default() -> Choice | None:
    return default_choice(queries.stations_for_dashboard(), _NOW)


def _sync() -> list[tuple[int, int]]:
    pairs = sync(queries.stations_for_dashboard(), _NOW)
    return [(pair.inside_id, pair.outside_id) for pair in pairs]


def test_one_thermometer_on_each_side_needs_no_setting_up() -> None:
    inside, outside = _thermometer("indoor"), _thermometer("outdoor")
    assert _default() == Choice(inside.pk, outside.pk, Terms())


@pytest.mark.parametrize("placement", ["indoor", "outdoor"])
def test_one_side_alone_is_no_pair(placement: str) -> None:
    _thermometer(placement)
    _thermometer("other")
    assert _default() is None


def test_a_station_that_never_posted_is_no_thermometer() -> None:
    _thermometer("indoor")
    make_sensor(make_station(placement="outdoor"))
    assert _default() is None


def test_a_hygrometer_is_no_thermometer() -> None:
    _thermometer("indoor")
    sensor = _thermometer("outdoor")
    sensor.quantity = "humidity"
    sensor.save()
    assert _default() is None


def test_of_several_the_first_of_each_side_counts() -> None:
    inside, outside = _thermometer("indoor"), _thermometer("outdoor")
    _thermometer("indoor"), _thermometer("outdoor")
    assert _default() == Choice(inside.pk, outside.pk, Terms())


def test_an_abandoned_board_does_not_stand_in_the_way() -> None:
    _thermometer("indoor", age_ms=3 * DAY_MS)
    inside, outside = _thermometer("indoor"), _thermometer("outdoor")
    assert _default() == Choice(inside.pk, outside.pk, Terms())


def test_one_silent_for_an_hour_is_not_abandoned() -> None:
    inside = _thermometer("indoor", age_ms=HOUR_MS)
    _thermometer("indoor"), _thermometer("outdoor")
    choice = _default()
    assert choice is not None and choice.inside_id == inside.pk


def test_real_stations_go_before_the_demo() -> None:
    _thermometer("indoor", is_demo=True), _thermometer("outdoor", is_demo=True)
    inside, outside = _thermometer("indoor"), _thermometer("outdoor")
    assert _default() == Choice(inside.pk, outside.pk, Terms())


def test_what_the_household_chose_goes_before_the_default() -> None:
    _thermometer("indoor"), _thermometer("outdoor")
    inside, outside = _thermometer("indoor"), _thermometer("outdoor")
    Adviser.objects.create(inside=inside, outside=outside)
    assert _sync() == [(inside.pk, outside.pk)]


def test_advisers_stand_in_the_order_they_were_made() -> None:
    outside, bedroom, attic = (
        _thermometer(placement) for placement in ("outdoor", "indoor", "indoor")
    )
    Adviser.objects.create(inside=attic, outside=outside)
    Adviser.objects.create(inside=bedroom, outside=outside)
    assert _sync() == [(attic.pk, outside.pk), (bedroom.pk, outside.pk)]


def test_an_adviser_that_is_switched_off_gives_way_to_the_default() -> None:
    first, outside = _thermometer("indoor"), _thermometer("outdoor")
    adviser = Adviser.objects.create(inside=_thermometer("indoor"), outside=outside)
    _sync()
    Adviser.objects.filter(pk=adviser.pk).update(is_active=False)
    assert _sync() == [(first.pk, outside.pk)]


def test_an_adviser_of_an_inactive_station_does_not_count() -> None:
    first, outside = _thermometer("indoor"), _thermometer("outdoor")
    other = _thermometer("indoor")
    Adviser.objects.create(inside=other, outside=outside)
    Station.objects.filter(sensors=other).update(is_active=False)
    assert _sync() == [(first.pk, outside.pk)]


def test_a_pair_keeps_its_number_while_it_is_not_current() -> None:
    inside, outside = _thermometer("indoor"), _thermometer("outdoor")
    _sync()
    number = AdvisedPair.objects.get().pk
    adviser = Adviser.objects.create(inside=_thermometer("indoor"), outside=outside)
    _sync()
    adviser.delete()
    _sync()
    assert AdvisedPair.objects.get(inside=inside, is_current=True).pk == number


def test_other_terms_begin_a_new_fold() -> None:
    inside, outside = _thermometer("indoor"), _thermometer("outdoor")
    adviser = Adviser.objects.create(inside=inside, outside=outside)
    _sync()
    AdvisedPair.objects.update(memory={"at": 1})
    _sync()
    assert AdvisedPair.objects.get().memory == {"at": 1}
    Adviser.objects.filter(pk=adviser.pk).update(comfort=25.0)
    _sync()
    pair = AdvisedPair.objects.get()
    assert (pair.memory, Terms.restored(pair.terms).comfort) == (None, 25.0)


@pytest.fixture
def fold_in_between(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From its call on the watcher keeps a fold just before a choice is written down."""

    def late() -> AbstractContextManager[None]:
        AdvisedPair.objects.update(memory={"at": 1}, told_until=1)
        return write_transaction()

    return lambda: monkeypatch.setattr(pairs, "write_transaction", late)


def test_a_fold_that_was_kept_meanwhile_stays(fold_in_between: Callable[[], None]) -> None:
    first, outside = _thermometer("indoor"), _thermometer("outdoor")
    _sync()
    Adviser.objects.create(inside=_thermometer("indoor"), outside=outside)
    fold_in_between()
    _sync()
    pair = AdvisedPair.objects.get(inside=first)
    assert (pair.is_current, pair.memory, pair.told_until) == (False, {"at": 1}, 1)


def test_other_terms_take_back_a_fold_but_not_what_was_told(
    fold_in_between: Callable[[], None],
) -> None:
    inside, outside = _thermometer("indoor"), _thermometer("outdoor")
    _sync()
    Adviser.objects.create(inside=inside, outside=outside, comfort=25.0)
    fold_in_between()
    _sync()
    pair = AdvisedPair.objects.get()
    assert (pair.memory, pair.told_until) == (None, 1)


def test_charts_compare_what_the_advice_compares() -> None:
    attic, cellar = _thermometer("indoor"), _thermometer("indoor")
    street, garden = _thermometer("outdoor"), _thermometer("outdoor")
    Adviser.objects.create(inside=attic, outside=garden)
    Adviser.objects.create(inside=cellar, outside=street)
    _sync()
    assert pair_of(attic, _NOW) == pair_of(garden, _NOW) == (attic, garden)
    assert pair_of(cellar, _NOW) == pair_of(street, _NOW) == (cellar, street)


def test_a_chart_of_a_room_without_advice_compares_with_the_first_pairs_air() -> None:
    attic, cellar = _thermometer("indoor"), _thermometer("indoor")
    _street, garden = _thermometer("outdoor"), _thermometer("outdoor")
    Adviser.objects.create(inside=attic, outside=garden)
    _sync()
    assert pair_of(cellar, _NOW) == (cellar, garden)


def test_a_chart_knows_its_pair_before_the_watcher_does() -> None:
    inside, outside = _thermometer("indoor"), _thermometer("outdoor")
    assert pair_of(inside, _NOW) == (inside, outside)
