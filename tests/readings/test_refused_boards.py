"""The list of boards that call and may not write."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import LazySettings
from pytest_django import DjangoAssertNumQueries

from readings import callers, damage, refused_boards
from readings.callers import Notes
from readings.models import Reading
from readings.outcomes import CannotStore, Refused
from readings.times import DAY_MS, from_ms, now_ms
from stations import keys, verbs
from stations.models import Contact, RefusedBoard, RefusedDay, Station
from stations.registry import Registry
from tests.factories import TUTORIAL_KEY, TUTORIAL_MAC, make_sensor, make_station
from tests.readings.calls import ADDRESS, MAC, make_call, refuse, refused_board, send, write_down

pytestmark = pytest.mark.django_db

OTHER_MAC = "5c:cf:7f:0a:1b:2d"
NEW_KEY = "a-new-key-for-the-attic"


def listed_one() -> Any:
    return refused_boards.listed().get()


def test_an_unknown_board_is_listed_with_what_it_sent() -> None:
    board = refused_board()
    assert (board.mac, board.cause, board.address) == (MAC, "unknown station", ADDRESS)
    assert (board.field, board.value, board.count) == (1, 21.5, 1)


def test_no_more_of_its_key_is_kept_than_of_a_stations() -> None:
    board = refused_board(key=TUTORIAL_KEY)
    assert (board.key_digest, board.key_hint) == (keys.digest(TUTORIAL_KEY), "T…")
    assert TUTORIAL_KEY not in str(RefusedBoard.objects.values())


def test_a_short_key_is_marked() -> None:
    assert refused_board(key=TUTORIAL_KEY).is_key_weak
    assert not refused_board(OTHER_MAC, key=keys.generate_key()).is_key_weak


@pytest.mark.parametrize("key", ["paste the key here", "", "abc", "k" * 500])
def test_what_cannot_be_a_key_leaves_nothing(key: str) -> None:
    board = refused_board(key=key)
    assert (board.key_digest, board.key_hint, board.is_key_weak) == ("", "", False)


def test_a_wrong_key_of_a_known_station_is_listed_with_the_station() -> None:
    make_station(name="Attic", mac=MAC)
    refuse(make_call(MAC, "another-key"))
    board = listed_one()
    assert (board.cause, board.station_name) == ("wrong key", "Attic")


def test_a_key_of_another_station_is_listed_with_its_owner() -> None:
    make_station(name="Attic", api_key="key-of-the-attic")
    refuse(make_call(MAC, "key-of-the-attic"))
    board = listed_one()
    assert (board.station_id, board.owner_name) == (None, "Attic")


def test_an_old_key_of_another_station_has_its_owner_too() -> None:
    verbs.rotate_key(make_station(name="Attic", api_key="key-of-the-attic"), NEW_KEY)
    refuse(make_call(MAC, "key-of-the-attic"))
    assert listed_one().owner_name == "Attic"


def test_no_key_at_all_belongs_to_nobody() -> None:
    make_station(name="Attic")
    refuse(make_call(MAC, ""))
    assert listed_one().owner_name is None


def test_swapped_settings_are_told_and_nothing_of_the_key_is_kept() -> None:
    refuse(make_call(mac="abcdefgh2345", key=MAC))
    board = listed_one()
    assert (board.mac, board.cause, board.key_digest) == (MAC, "swapped", "")


def test_the_tutorials_board_is_listed() -> None:
    assert refused_board(TUTORIAL_MAC).cause == "unknown station"


@pytest.mark.parametrize("mac", ["", "6c:ef", "not-a-mac"])
def test_who_claims_no_address_is_not_listed(mac: str) -> None:
    refuse(make_call(mac))
    assert not RefusedBoard.objects.exists()


def test_one_address_in_two_notations_is_one_board() -> None:
    refuse(make_call("5CCF7F0A1B2C"), make_call("5c-cf-7f-0a-1b-2c"))
    assert (RefusedBoard.objects.get().mac, RefusedBoard.objects.get().count) == (MAC, 2)


def test_later_calls_are_added_up() -> None:
    first = refused_board()
    refuse(make_call(MAC, "another-key", value=3.0), make_call(MAC, "another-key", value=4.0))
    board = RefusedBoard.objects.get()
    assert (board.count, board.value, board.first_seen_at) == (3, 4.0, first.first_seen_at)
    assert board.key_digest == keys.digest("another-key")


def test_of_a_note_that_is_written_late_the_calls_are_added_alone() -> None:
    send(make_call(MAC, "the-key-before", address="192.168.1.99"))
    (late,) = callers.collector.take().refusals
    refuse(make_call(MAC, "another-key"))
    refused_boards.write(Notes([late._replace(at=late.at - 1_000)], {}, {}, {}))
    board = RefusedBoard.objects.get()
    assert (board.count, board.address, board.seen_at >= late.at) == (2, ADDRESS, True)
    assert board.key_digest == keys.digest("another-key")


def test_a_board_last_seen_by_a_wrong_clock_is_seen_anew() -> None:
    refused_board()
    RefusedBoard.objects.update(seen_at=now_ms() + DAY_MS)
    assert refused_board(key="another-key").key_digest == keys.digest("another-key")


def test_a_call_without_a_value_keeps_the_last_one() -> None:
    refused_board()
    refuse(make_call(value=None))
    assert RefusedBoard.objects.get().value == 21.5


def test_who_posted_since_is_not_listed() -> None:
    station = make_station(mac=MAC)
    refuse(make_call(MAC, "another-key"))
    assert refused_boards.listed().exists()
    RefusedBoard.objects.update(seen_at=1)
    send(make_call(MAC))
    assert station.sensors.exists()
    assert not refused_boards.listed().exists()


def test_who_was_registered_since_with_its_key_is_not_listed() -> None:
    refused_board()
    make_station(mac=MAC, api_key=TUTORIAL_KEY)
    assert not refused_boards.listed().exists()


def test_who_was_registered_since_with_another_key_is() -> None:
    refused_board()
    make_station(name="Attic", mac=MAC, api_key="another-key")
    assert listed_one().station_name == "Attic"


# --- bounds -----------------------------------------------------------------------------


def test_ten_thousand_strangers_make_no_station_and_few_rows(settings: LazySettings) -> None:
    settings.REFUSAL_RATE_LIMIT = 0
    for start in range(0, 10_000, 250):
        refuse(*[make_call(f"{n:012x}") for n in range(start, start + 250)])
    assert RefusedBoard.objects.count() == refused_boards.MOST_LISTED
    assert (Station.objects.count(), Reading.objects.count()) == (0, 0)


def test_a_flood_costs_its_senders_no_query(
    settings: LazySettings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.REFUSAL_RATE_LIMIT = 0
    send(make_call())
    with django_assert_num_queries(3):  # this test's own new cache, which loads the stations
        send(*[make_call(f"{n:012x}") for n in range(10_000)])


def test_a_flood_is_written_in_a_few_statements(
    settings: LazySettings, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    settings.REFUSAL_RATE_LIMIT = 0
    send(*[make_call(f"{n:012x}") for n in range(10_000)])
    with django_assert_max_num_queries(15):
        write_down()


def test_a_flood_keeps_the_board_that_calls_on(settings: LazySettings) -> None:
    settings.REFUSAL_RATE_LIMIT = 0
    for start in range(0, 1_000, 100):
        refuse(*[make_call(f"{n:012x}") for n in range(start, start + 100)], make_call(MAC))
    assert RefusedBoard.objects.get(mac=MAC).count == 10


def test_strangers_change_nothing_for_the_workers() -> None:
    make_station()
    before = Registry.current()
    refused_board()
    assert Registry.current() == before


def test_the_ignored_are_counted_and_not_crowded_out(settings: LazySettings) -> None:
    settings.REFUSAL_RATE_LIMIT = 0
    refused_board()
    RefusedBoard.objects.update(is_ignored=True)
    refuse(*[make_call(f"{n:012x}") for n in range(300)])
    refuse(make_call(MAC))
    board = RefusedBoard.objects.get(mac=MAC)
    assert (board.is_ignored, board.count) == (True, 2)


def test_nothing_is_written_into_a_damaged_database() -> None:
    send(make_call())
    damage.mark("torn")
    with pytest.raises(CannotStore):
        write_down()
    assert not RefusedBoard.objects.exists()


# --- contacts -----------------------------------------------------------------------------


def test_where_a_station_calls_from_is_known() -> None:
    station = make_station(mac=MAC)
    send(make_call(MAC))
    write_down()
    assert Contact.objects.get(station=station).address == ADDRESS


def test_where_a_station_calls_from_is_known_when_it_is_registered_anew() -> None:
    for _ in range(2):
        Station.objects.all().delete()
        station = make_station(name="Attic", mac=MAC)
        send(make_call(MAC))
        write_down()
    assert Contact.objects.get(station=station).address == ADDRESS


def test_the_last_use_of_an_old_key_is_known() -> None:
    station = make_station(mac=MAC)
    verbs.rotate_key(station, NEW_KEY)
    send(make_call(MAC, TUTORIAL_KEY))
    write_down()
    assert Contact.objects.get(station=station).old_key_used_at is not None


def test_the_use_of_the_only_key_is_not_noted() -> None:
    make_sensor(make_station(mac=MAC))
    send(make_call(MAC))
    assert callers.collector.take().old_keys == {}


def test_the_use_of_the_new_key_is_not_taken_for_the_old() -> None:
    verbs.rotate_key(make_station(mac=MAC), NEW_KEY)
    send(make_call(MAC, NEW_KEY))
    assert callers.collector.take().old_keys == {}


def test_an_old_key_that_was_ended_meanwhile_is_forgotten() -> None:
    station = make_station(mac=MAC)
    verbs.rotate_key(station, NEW_KEY)
    send(make_call(MAC, TUTORIAL_KEY), make_call(MAC, NEW_KEY))
    write_down()
    assert Contact.objects.get(station=station).old_key_used_at is None


def test_a_use_before_the_rotation_is_none_of_the_old_key() -> None:
    station = make_station(mac=MAC)
    verbs.rotate_key(station, NEW_KEY)
    refused_boards.write(Notes([], {}, {station.pk: now_ms() - 1_000}, {}))
    assert not Contact.objects.filter(old_key_used_at__isnull=False).exists()


def test_a_rotation_by_a_wrong_clock_hides_no_use_of_the_old_key() -> None:
    station = make_station(mac=MAC)
    verbs.rotate_key(station, NEW_KEY)
    Station.objects.update(key_created_at=from_ms(now_ms() + DAY_MS))
    send(make_call(MAC, TUTORIAL_KEY))
    write_down()
    assert Contact.objects.get(station=station).old_key_used_at is not None


def test_a_contact_goes_with_its_station() -> None:
    station = make_station(mac=MAC)
    send(make_call(MAC))
    write_down()
    station.sensors.all().delete()
    station.delete()
    assert not Contact.objects.exists()


# --- by day -------------------------------------------------------------------------------


def test_refusals_of_a_station_are_counted_by_day_and_cause() -> None:
    station = make_station()
    call = make_call(station.mac.upper())
    for cause in ("wrong key", "wrong key", "bad value"):
        callers.note([call], [Refused(403, "no", cause)])
        refused_boards.write(callers.collector.take())
    found = RefusedDay.objects.order_by("cause").values_list("station__mac", "cause", "count")
    assert list(found) == [(station.mac, "bad value", 1), (station.mac, "wrong key", 2)]


def test_strangers_are_not_counted_by_day() -> None:
    callers.note([make_call()], [Refused(403, "no", "unknown station")])
    refused_boards.write(callers.collector.take())
    assert not RefusedDay.objects.exists()
