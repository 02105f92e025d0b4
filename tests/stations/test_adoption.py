"""What can be done about boards that were refused."""

from __future__ import annotations

import pytest
from django.conf import LazySettings

from readings.outcomes import Stored
from stations import adoption, keys, verbs
from stations.adoption import CannotAdopt
from stations.models import RefusedBoard, Station
from tests.factories import TUTORIAL_KEY, TUTORIAL_MAC, make_station
from tests.readings.calls import MAC, make_call, refuse, refused_board, send

pytestmark = pytest.mark.django_db

KEY = "key-of-the-attic"


def is_stored(mac: str = MAC, key: str = TUTORIAL_KEY) -> bool:
    return isinstance(send(make_call(mac, key))[0], Stored)


def test_an_adopted_board_is_stored_with_the_key_it_has() -> None:
    board = refused_board(TUTORIAL_MAC, TUTORIAL_KEY)
    adopted = adoption.adopt_station(board, board.key_mark)
    assert (adopted.station.mac, adopted.api_key) == (TUTORIAL_MAC, "")
    assert is_stored(TUTORIAL_MAC, TUTORIAL_KEY)


def test_an_adopted_boards_key_opens_nothing_else() -> None:
    other = make_station(api_key=KEY)
    board = refused_board()
    adoption.adopt_station(board, board.key_mark)
    assert not is_stored(other.mac, TUTORIAL_KEY)
    assert not is_stored(MAC, KEY)


def test_an_adopted_board_is_off_the_list() -> None:
    board = refused_board()
    adoption.adopt_station(board, board.key_mark)
    assert not RefusedBoard.objects.exists()


def test_a_board_without_a_possible_key_gets_a_new_one() -> None:
    board = refused_board(key="paste the key here")
    adopted = adoption.adopt_station(board, board.key_mark)
    assert not keys.is_weak(adopted.api_key)
    assert is_stored(MAC, adopted.api_key)


def test_a_key_that_came_after_the_page_was_shown_is_not_accepted() -> None:
    seen = refused_board(key=KEY).key_mark
    later = refused_board(key="key-of-a-thief-behind")
    with pytest.raises(CannotAdopt, match="called with another key since"):
        adoption.adopt_station(later, seen)
    assert not Station.objects.exists()


def test_two_boards_get_names_of_their_own() -> None:
    names = []
    for mac in ("5c:cf:7f:0a:1b:2c", "5c:cf:7f:00:1b:2c"):
        board = refused_board(mac)
        names.append(adoption.adopt_station(board, board.key_mark).station.name)
    assert names == ["Board 1b:2c", "Board 5c:cf:7f:00:1b:2c"]


def test_swapped_settings_are_not_adopted() -> None:
    refuse(make_call(mac="abcdefgh2345", key=MAC))
    board = RefusedBoard.objects.get()
    with pytest.raises(CannotAdopt, match="Correct its config"):
        adoption.adopt_station(board, board.key_mark)
    assert not Station.objects.exists()


def test_a_mac_that_was_registered_meanwhile_is_not_adopted_twice() -> None:
    board = refused_board()
    make_station(mac=MAC)
    with pytest.raises(CannotAdopt, match="cannot be adopted"):
        adoption.adopt_station(board, board.key_mark)
    assert Station.objects.count() == 1


# --- another board for a station ------------------------------------------------------------


def test_a_replaced_board_goes_on_as_the_same_station() -> None:
    station = make_station(name="Attic", api_key=KEY)
    send(make_call(station.mac, KEY))
    board = refused_board(key=KEY)
    adoption.replace_board(board, board.key_mark, station)
    assert is_stored(MAC, KEY)
    assert [s.mac for s in Station.objects.all()] == [MAC]
    assert station.sensors.count() == 1


def test_a_board_with_the_old_key_replaces_too() -> None:
    station = make_station(api_key=KEY)
    station = verbs.rotate_key(station, "a-new-key-for-the-attic").station
    board = refused_board(key=KEY)
    adoption.replace_board(board, board.key_mark, station)
    assert is_stored(MAC, KEY)


def test_a_key_that_was_rotated_since_the_station_was_read_stays() -> None:
    station = make_station(api_key=KEY)
    verbs.rotate_key(station, "a-new-key-for-the-attic")
    board = refused_board(key=KEY)
    adoption.replace_board(board, board.key_mark, station)
    assert is_stored(MAC, "a-new-key-for-the-attic")


def test_an_old_key_that_was_ended_since_the_station_was_read_replaces_nothing() -> None:
    station = verbs.rotate_key(make_station(api_key=KEY)).station
    verbs.end_old_key(station.pk)
    board = refused_board(key=KEY)
    with pytest.raises(CannotAdopt, match="does not send the key"):
        adoption.replace_board(board, board.key_mark, station)


def test_no_board_replaces_that_of_a_station_that_is_gone() -> None:
    station = make_station(api_key=KEY)
    board = refused_board(key=KEY)
    Station.objects.all().delete()
    with pytest.raises(CannotAdopt, match="Adopt it instead"):
        adoption.replace_board(board, board.key_mark, station)


def test_a_board_with_a_foreign_key_replaces_nothing() -> None:
    station = make_station(api_key=KEY)
    board = refused_board(key="some-other-key")
    with pytest.raises(CannotAdopt, match="does not send the key"):
        adoption.replace_board(board, board.key_mark, station)
    station.refresh_from_db()
    assert station.mac != MAC


# --- another key for a station ----------------------------------------------------------------


def test_an_accepted_key_works_beside_the_one_before_until_it_is_used() -> None:
    make_station(mac=MAC, api_key=KEY)
    board = refused_board(key="typed-in-after-reflash")
    adoption.accept_key(board, board.key_mark)
    assert is_stored(MAC, KEY)
    assert is_stored(MAC, "typed-in-after-reflash")
    assert not is_stored(MAC, KEY)


def test_what_cannot_be_a_key_is_not_accepted() -> None:
    make_station(mac=MAC, api_key=KEY)
    board = refused_board(key="paste the key here")
    with pytest.raises(CannotAdopt, match="cannot be a key"):
        adoption.accept_key(board, board.key_mark)
    assert is_stored(MAC, KEY)


def test_a_key_that_came_later_is_not_accepted() -> None:
    make_station(mac=MAC, api_key=KEY)
    seen = refused_board(key="typed-in-after-reflash").key_mark
    later = refused_board(key="key-of-a-thief-behind")
    with pytest.raises(CannotAdopt, match="another key since"):
        adoption.accept_key(later, seen)
    assert not is_stored(MAC, "key-of-a-thief-behind")


def test_the_ignored_are_still_refused(settings: LazySettings) -> None:
    board = refused_board()
    adoption.set_ignored([board.pk], True)
    assert not is_stored()
