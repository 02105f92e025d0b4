from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from stations import verbs
from stations.auth import Denied, StationCache, Writer, ends_rotation
from stations.models import Sensor, Station
from stations.wire import Credentials
from tests.factories import TUTORIAL_KEY, TUTORIAL_MAC, make_sensor, make_station

pytestmark = pytest.mark.django_db

NEW_KEY = "a-new-key-for-the-attic"


def fresh_cache() -> StationCache:
    cache = StationCache()
    cache.refresh()
    return cache


def cause(answer: Writer | Denied) -> str:
    return answer.cause if isinstance(answer, Denied) else "admitted"


def test_a_registered_station_may_write() -> None:
    station = make_station(name="Attic", mac=TUTORIAL_MAC)
    writer = fresh_cache().authenticate(Credentials(TUTORIAL_KEY, TUTORIAL_MAC))
    assert isinstance(writer, Writer)
    assert (writer.station_id, writer.name) == (station.pk, "Attic")


@pytest.mark.parametrize("mac", ["6C-EF-7R-3B-9D-E8", "6cef7r3b9de8", "6CEF.7R3B.9DE8"])
def test_the_mac_may_come_in_any_notation(mac: str) -> None:
    make_station(mac=TUTORIAL_MAC)
    assert cause(fresh_cache().authenticate(Credentials(TUTORIAL_KEY, mac))) == "admitted"


def test_a_key_is_case_sensitive() -> None:
    station = make_station()
    answer = fresh_cache().authenticate(Credentials(TUTORIAL_KEY.lower(), station.mac))
    assert cause(answer) == "wrong key"


def test_the_key_of_another_station_is_wrong() -> None:
    attic, _ = make_station(api_key="key-of-the-attic"), make_station(api_key="key-of-the-cellar")
    answer = fresh_cache().authenticate(Credentials("key-of-the-cellar", attic.mac))
    assert cause(answer) == "wrong key"


def test_a_mac_that_nobody_registered_is_unknown() -> None:
    make_station()
    answer = fresh_cache().authenticate(Credentials(TUTORIAL_KEY, "00:00:00:00:00:00"))
    assert cause(answer) == "unknown station"


def test_an_inactive_station_may_not_write() -> None:
    station = make_station(is_active=False)
    answer = fresh_cache().authenticate(Credentials(TUTORIAL_KEY, station.mac))
    assert cause(answer) == "inactive station"


def test_an_inactive_station_does_not_tell_who_guesses_its_key() -> None:
    station = make_station(is_active=False)
    answer = fresh_cache().authenticate(Credentials("guessed", station.mac))
    assert cause(answer) == "wrong key"


@pytest.mark.parametrize("text", ["", "schlüssel", "\ud800", "🌡️", "\0", "%", "a" * 10_000])
def test_no_key_off_the_wire_raises(text: str) -> None:
    station = make_station()
    assert cause(fresh_cache().authenticate(Credentials(text, station.mac))) == "wrong key"


@pytest.mark.parametrize("text", ["", "straße", "\ud800", "🌡️", "\0", "5c:cf", "a" * 10_000])
def test_no_mac_off_the_wire_raises(text: str) -> None:
    make_station()
    assert cause(fresh_cache().authenticate(Credentials(TUTORIAL_KEY, text))) == "unknown station"


def test_an_empty_key_never_matches_the_missing_old_key() -> None:
    station = make_station()
    assert cause(fresh_cache().authenticate(Credentials("", station.mac))) == "wrong key"


# --- rotation -----------------------------------------------------------------


def test_both_keys_are_good_while_a_key_rotates() -> None:
    station = make_station()
    verbs.rotate_key(station, NEW_KEY)
    cache = fresh_cache()
    answers = [
        cause(cache.authenticate(Credentials(key, station.mac))) for key in (TUTORIAL_KEY, NEW_KEY)
    ]
    assert answers == ["admitted", "admitted"]


def test_an_ended_old_key_is_wrong() -> None:
    station = make_station()
    verbs.rotate_key(station, NEW_KEY)
    verbs.end_old_key(station.pk)
    assert cause(fresh_cache().authenticate(Credentials(TUTORIAL_KEY, station.mac))) == "wrong key"


@pytest.mark.parametrize(("key", "is_ending"), [(NEW_KEY, True), (TUTORIAL_KEY, False)])
def test_the_new_key_alone_ends_a_rotation(key: str, is_ending: bool) -> None:
    station = make_station()
    verbs.rotate_key(station, NEW_KEY)
    credentials = Credentials(key, station.mac)
    writer = fresh_cache().authenticate(credentials)
    assert isinstance(writer, Writer)
    assert ends_rotation(writer, credentials) is is_ending


# --- what another process changed ------------------------------------------------


def test_nothing_is_loaded_while_nothing_changed(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make_station()
    cache = fresh_cache()
    with django_assert_num_queries(0):  # beside the version, which the driver is asked for
        assert not cache.refresh()


def test_a_station_added_later_is_seen() -> None:
    cache = fresh_cache()
    station = make_station()
    assert cache.refresh()
    assert cause(cache.authenticate(Credentials(TUTORIAL_KEY, station.mac))) == "admitted"


def test_a_deleted_station_is_forgotten() -> None:
    station = make_station()
    cache = fresh_cache()
    Station.objects.filter(pk=station.pk).delete()
    assert cache.refresh()
    answer = cache.authenticate(Credentials(TUTORIAL_KEY, station.mac))
    assert cause(answer) == "unknown station"


def test_a_changed_unit_is_seen() -> None:
    sensor = make_sensor(unit="C")
    cache = fresh_cache()
    sensor.unit = "F"
    sensor.save()
    cache.refresh()
    writer = cache.authenticate(Credentials(TUTORIAL_KEY, sensor.station.mac))
    assert isinstance(writer, Writer)
    assert writer.sensors[1].unit == "F"


def test_a_removed_sensor_is_forgotten() -> None:
    sensor = make_sensor()
    cache = fresh_cache()
    Sensor.objects.filter(pk=sensor.pk).delete()
    cache.refresh()
    writer = cache.authenticate(Credentials(TUTORIAL_KEY, sensor.station.mac))
    assert isinstance(writer, Writer)
    assert writer.sensors == {}


def test_the_number_of_stations_does_not_raise_the_number_of_queries(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(5):
        make_sensor(make_station())
    with django_assert_num_queries(3):  # stations, sensors, calibrations
        fresh_cache()
