"""The admin's list of refused boards."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from stations import keys
from stations.models import RefusedBoard, Station
from tests.factories import TUTORIAL_KEY, TUTORIAL_MAC, make_station
from tests.readings.calls import MAC, make_call, refuse, refused_board
from tests.stations.pages import page_of, submit, text_of, visit

pytestmark = pytest.mark.django_db

BOARDS = "/admin/stations/refusedboard/"
KEY = "key-of-the-attic"


def verb_of(board: RefusedBoard, verb: str) -> str:
    return f"{BOARDS}{board.pk}/{verb}/"


def decide(client: Client, board: RefusedBoard, verb: str) -> str:
    return submit(client, verb_of(board, verb), key_mark=board.key_mark)


def helper(client: Client, *permissions: str) -> Client:
    user = User.objects.create_user("helper", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user)
    return client


def test_a_board_is_listed_with_cause_address_value_and_count(admin_client: Client) -> None:
    refuse(make_call(MAC, KEY, value=21.5), make_call(MAC, KEY, value=22.25))
    shown = visit(admin_client, BOARDS)
    row = f"{MAC} MAC address not registered ke…ic short 192.168.1.23 22.25 (field 1) just now 2"
    assert f"{row} Adopt" in shown


def test_no_key_is_on_the_page(admin_client: Client) -> None:
    refused_board(key=KEY)
    assert KEY not in admin_client.get(BOARDS).content.decode()


def test_an_empty_list_says_so(admin_client: Client) -> None:
    assert "0 refused boards" in visit(admin_client, BOARDS)


def test_a_wrong_key_names_its_station(admin_client: Client) -> None:
    make_station(name="Attic", mac=MAC, api_key=KEY)
    refused_board()
    assert "Wrong key of Attic" in visit(admin_client, BOARDS)


def test_swapped_settings_offer_no_adoption(admin_client: Client) -> None:
    refuse(make_call(mac="abcdefgh2345", key=MAC))
    shown = visit(admin_client, BOARDS)
    assert "key and MAC address swapped" in shown
    assert "Adopt " not in shown.split("no possible key")[1]


def test_one_click_adopts(admin_client: Client, client: Client) -> None:
    shown = decide(admin_client, refused_board(TUTORIAL_MAC), "adopt")
    assert f"{TUTORIAL_MAC} is a station now and its board needs no change" in shown
    assert Station.objects.get().key_digest == keys.digest(TUTORIAL_KEY)


def test_the_buttons_on_the_page_lead_there(admin_client: Client) -> None:
    board = refused_board()
    html = admin_client.get(BOARDS).content.decode()
    button = re.search(r'formaction="([^"]+)" name="key_mark" value="([^"]+)">Adopt', html)
    assert button
    assert button.groups() == (verb_of(board, "adopt"), board.key_mark)


def test_a_guessable_key_is_adopted_with_a_warning(admin_client: Client) -> None:
    assert "short enough to guess" in decide(admin_client, refused_board(), "adopt")


def test_a_strong_key_gets_no_warning(admin_client: Client) -> None:
    board = refused_board(key=keys.generate_key())
    assert "short enough to guess" not in decide(admin_client, board, "adopt")


def test_a_board_without_a_key_is_shown_its_new_one(admin_client: Client) -> None:
    shown = decide(admin_client, refused_board(key="paste the key here"), "adopt")
    key = re.search(r"API key (\S+) MAC address", shown)
    assert key
    assert Station.objects.get().key_digest == keys.digest(key[1])


def test_a_key_of_another_station_leaves_two_choices(admin_client: Client) -> None:
    make_station(name="Attic", api_key=KEY)
    refused_board(key=KEY)
    shown = visit(admin_client, BOARDS)
    assert "has the key of Attic" in shown
    assert "Adopt as a new station" in shown
    assert "It replaces the board of Attic" in shown


def test_two_stations_with_one_key_are_told_of(admin_client: Client) -> None:
    make_station(name="Attic", api_key=KEY)
    assert "It shares its key with Attic" in decide(admin_client, refused_board(key=KEY), "adopt")


def test_a_replaced_board_is_in_its_stations_history(admin_client: Client) -> None:
    station = make_station(name="Attic", mac="5c:cf:7f:00:00:01", api_key=KEY)
    shown = decide(admin_client, refused_board(key=KEY), "replace")
    assert f"Attic goes on with the board {MAC} in place of 5c:cf:7f:00:00:01" in shown
    assert f"by {MAC}." in visit(admin_client, page_of(station, "history"))


def test_a_wrong_key_can_be_accepted(admin_client: Client) -> None:
    station = make_station(name="Attic", mac=MAC, api_key=KEY)
    shown = decide(admin_client, refused_board(key="typed-in-after-reflash"), "accept-key")
    station.refresh_from_db()
    assert "Attic has the key ty…sh now, which its board sends" in shown
    assert station.key_digest == keys.digest("typed-in-after-reflash")


def test_an_ignored_board_is_off_the_list_and_found_with_the_filter(admin_client: Client) -> None:
    shown = decide(admin_client, refused_board(), "ignore")
    assert f"{MAC} is ignored: still refused, not listed." in shown
    assert "0 refused boards" in shown
    assert MAC in visit(admin_client, BOARDS, ignored="yes")


def test_an_ignored_board_can_be_listed_again(admin_client: Client) -> None:
    board = refused_board()
    RefusedBoard.objects.update(is_ignored=True)
    shown = decide(admin_client, board, "ignore")
    assert f"{MAC} is listed again." in shown
    assert "1 refused board" in shown


def test_many_are_ignored_at_once(admin_client: Client) -> None:
    boards = [refused_board(f"5c:cf:7f:00:00:0{n}") for n in range(3)]
    chosen = {"action": "ignore", "_selected_action": [board.pk for board in boards[:2]]}
    assert "1 refused board" in submit(admin_client, BOARDS, **chosen)


def test_a_board_that_is_gone_is_said_to_be(admin_client: Client) -> None:
    shown = submit(admin_client, f"{BOARDS}999/adopt/", key_mark="")
    assert "That board is not on the list any more." in shown


def test_a_key_that_came_since_is_not_accepted(admin_client: Client) -> None:
    seen = refused_board(key=KEY)
    refused_board(key="key-of-a-thief-behind")
    assert "called with another key since" in decide(admin_client, seen, "adopt")
    assert not Station.objects.exists()


# --- who may -------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["adopt", "replace", "accept-key", "ignore"])
def test_a_helper_who_may_only_look_decides_nothing(client: Client, verb: str) -> None:
    helper(client, "view_station")
    board = refused_board()
    response = client.post(verb_of(board, verb), {"key_mark": board.key_mark})
    assert response.status_code == 403
    assert (Station.objects.count(), RefusedBoard.objects.count()) == (0, 1)


def test_a_helper_who_may_only_look_sees_the_list_without_buttons(client: Client) -> None:
    helper(client, "view_station")
    refused_board()
    html = client.get(BOARDS).content.decode()
    assert MAC in html
    assert "formaction" not in html


def test_a_helper_who_may_not_add_stations_adopts_none(client: Client) -> None:
    helper(client, "change_station")
    board = refused_board()
    assert client.post(verb_of(board, "adopt"), {"key_mark": board.key_mark}).status_code == 403
    assert not Station.objects.exists()


@pytest.mark.parametrize("verb", ["adopt", "replace", "accept-key", "ignore"])
def test_a_link_decides_nothing(admin_client: Client, verb: str) -> None:
    assert admin_client.get(verb_of(refused_board(), verb)).status_code == 405


def test_a_foreign_page_adopts_nothing() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("admin"))
    board = refused_board()
    assert client.post(verb_of(board, "adopt"), {"key_mark": board.key_mark}).status_code == 403
    assert not Station.objects.exists()


def test_a_stranger_sees_no_list(client: Client) -> None:
    assert "/login/" in client.get(BOARDS).headers["Location"]


def test_the_list_takes_no_more_queries_for_more_boards(admin_client: Client) -> None:
    counts = []
    for n in range(2):
        refuse(*[make_call(f"5c:cf:7f:00:{n:02x}:0{m}") for m in range(1 + 4 * n)])
        with CaptureQueriesContext(connection) as found:
            text_of(admin_client.get(BOARDS))
        counts.append(len(found))
    assert counts[0] == counts[1]
