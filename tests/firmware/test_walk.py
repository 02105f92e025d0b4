"""The admin's walk from a bare board to its first reading."""

from __future__ import annotations

import re
import shlex

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import load_command_class
from django.test import Client

from firmware.files import board_files, name_on_board
from readings.models import Latest
from readings.times import now_ms
from stations import verbs
from stations.models import Station
from tests.factories import make_readings, make_station
from tests.iotserver.test_policies import _INLINE
from tests.readings.calls import ADDRESS, MAC, make_call, refuse, send, write_down
from tests.stations.pages import LIST, page_of, submit, text_of, visit

pytestmark = pytest.mark.django_db

KEY = "key-of-the-attic-of-ours"
NEW_KEY = "a-new-key-for-the-attic"


def attic() -> Station:
    return make_station(name="Attic", mac=MAC, api_key=KEY)


def panel(client: Client, station: Station, since: str = "0") -> str:
    return visit(client, page_of(station, "board/seen"), since=since)


def panel_html(client: Client, station: Station) -> str:
    return client.get(page_of(station, "board/seen"), {"since": "0"}).content.decode()


def call(mac: str = MAC, key: str = KEY, value: float = 21.5, address: str = ADDRESS) -> None:
    send(make_call(mac, key, value=value, address=address))
    write_down()


# --- what the panel says ------------------------------------------------------------------


def test_before_anything_it_waits(admin_client: Client) -> None:
    assert panel(admin_client, attic()) == "… Waiting for the board's request Look again"


def test_the_first_reading_turns_it_green(admin_client: Client) -> None:
    station = attic()
    call()
    shown = panel(admin_client, station)
    assert "Request seen from 192.168.1.23, key right, first reading 21.5 °C." in shown


def test_once_green_it_asks_no_more(admin_client: Client) -> None:
    station = attic()
    call()
    html = panel_html(admin_client, station)
    assert "is-good" in html
    assert "hx-get" not in html


def test_a_reading_whose_address_is_not_known_yet_is_told_at_once(admin_client: Client) -> None:
    station = attic()
    send(make_call(MAC, KEY))
    html = panel_html(admin_client, station)
    assert "Request seen, key right" in html
    assert "hx-get" in html


def test_a_trial_from_this_browser_is_told_as_such(admin_client: Client) -> None:
    station = attic()
    call(address="127.0.0.1")
    html = panel_html(admin_client, station)
    assert "That is this browser's own address" in html
    assert "hx-get" in html


def test_while_nothing_changes_nothing_is_sent_again(admin_client: Client) -> None:
    station = attic()
    html = panel_html(admin_client, station)
    (address,) = re.findall(r'hx-get="([^"]+)"', html)
    address = address.replace("&amp;", "&")
    assert admin_client.get(address).status_code == 204
    call()
    assert admin_client.get(address).status_code == 200


def test_a_wrong_key_is_told_with_both_hints(admin_client: Client) -> None:
    station = attic()
    call(key="typed-in-after-reflash")
    shown = panel(admin_client, station)
    assert "A board with this MAC address called with a wrong key just now, from 192.1" in shown
    assert "It sent ty…sh; the key of Attic is ke…rs." in shown


def test_a_placeholder_for_a_key_is_told(admin_client: Client) -> None:
    station = attic()
    call(key="paste the key here")
    assert "with no key: fill in API_KEY." in panel(admin_client, station)


def test_swapped_settings_are_told(admin_client: Client) -> None:
    station = attic()
    call(mac="abcdefgh2345", key=MAC)
    assert "with key and MAC address swapped" in panel(admin_client, station)


def test_another_mac_with_the_right_key_is_told(admin_client: Client) -> None:
    station = attic()
    call(mac="5c:cf:7f:0a:1b:99")
    shown = panel(admin_client, station)
    assert "with the right key but the MAC address 5c:cf:7f:0a:1b:99" in shown
    assert f"Attic is registered as {MAC}." in shown


def test_a_stranger_is_told(admin_client: Client) -> None:
    station = attic()
    call(mac="5c:cf:7f:0a:1b:99", key="some-other-key")
    assert "A board that nobody registered, 5c:cf:7f:0a:1b:99" in panel(admin_client, station)


def test_a_flood_of_strangers_does_not_flood_the_panel(admin_client: Client) -> None:
    station = attic()
    refuse(*[make_call(f"5c:cf:7f:0a:1b:{n:02x}", "other-key") for n in range(0x50, 0x70)])
    assert panel(admin_client, station).count("nobody registered") == 3


def test_an_inactive_station_says_so(admin_client: Client) -> None:
    station = make_station(is_active=False)
    assert "The station is switched off" in panel(admin_client, station)


def test_what_went_wrong_before_is_not_told_to_who_begins_to_wait_now(
    admin_client: Client,
) -> None:
    station = attic()
    call(key="typed-in-after-reflash")
    assert "wrong key" not in panel(admin_client, station, since=str(now_ms() + 1_000))


def test_a_reading_of_before_does_not_count(admin_client: Client) -> None:
    station = attic()
    make_readings(station)
    assert "Waiting" in panel(admin_client, station, since=str(now_ms() + 1_000))


def test_the_next_reading_of_a_known_station_is_not_its_first(admin_client: Client) -> None:
    station = attic()
    make_readings(station)
    Latest.objects.update(received_at=now_ms() + 5_000)
    shown = panel(admin_client, station, since=str(now_ms() + 1_000))
    assert "key right, reading 21.5 °C." in shown


@pytest.mark.parametrize("since", ["x", "-1", "9" * 40, "²", "٣"])
def test_a_garbled_time_does_no_harm(admin_client: Client, since: str) -> None:
    assert "Waiting" in panel(admin_client, attic(), since=since)


# --- a rotation --------------------------------------------------------------------------


def test_while_the_old_key_is_used_it_waits_and_says_so(admin_client: Client) -> None:
    station = verbs.rotate_key(attic(), NEW_KEY).station
    call(key=KEY)
    shown = panel(admin_client, station)
    assert "Waiting for the first request with the new key" in shown
    assert "The board posts, just now, still with its old key ke…rs" in shown


def test_the_new_key_turns_it_green(admin_client: Client) -> None:
    station = verbs.rotate_key(attic(), NEW_KEY).station
    call(key=NEW_KEY)
    assert "key right" in panel(admin_client, station)


# --- the page ------------------------------------------------------------------------------


def test_it_can_be_opened_at_any_time_without_the_key(admin_client: Client) -> None:
    shown = visit(admin_client, page_of(attic(), "board"))
    assert "The key of Attic, ke…rs , was shown when it was made" in shown
    assert "API_key=KEY/mac=" in shown


def test_the_stations_page_leads_there(admin_client: Client) -> None:
    station = attic()
    html = admin_client.get(page_of(station)).content.decode()
    assert f'<a href="{page_of(station, "board")}">Set up its board</a>' in html


def test_a_rotation_leads_there_with_the_key(admin_client: Client) -> None:
    shown = submit(admin_client, page_of(attic(), "rotate-key"), api_key=NEW_KEY)
    assert NEW_KEY in shown
    assert "Waiting for the first request with the new key" in shown


def test_the_commands_are_for_this_station(admin_client: Client) -> None:
    station = make_station(name="Großer Dachboden", mac=MAC, placement="outdoor")
    shown = visit(admin_client, page_of(station, "board"))
    command = re.search(r"manage.py (provision .*?--firmware \S+)", shown)
    assert command
    words = shlex.split(command[1])
    assert words[words.index("--name") + 1] == "Großer Dachboden"
    assert words[words.index("--placement") + 1] == "outdoor"
    assert (
        load_command_class("firmware", words[0])
        .create_parser("manage.py", words[0])
        .parse_args(words[1:])
    )


def test_every_file_is_put_by_hand_main_last(admin_client: Client) -> None:
    shown = visit(admin_client, page_of(attic(), "board"))
    put = re.findall(r"ampy --port PORT put (\S+)", shown)
    assert put == [name_on_board(path) for path in board_files()]


def test_a_name_cannot_smuggle_a_command_in(admin_client: Client) -> None:
    station = make_station(name='Attic"; rm -rf $HOME `id`', mac=MAC)
    shown = visit(admin_client, page_of(station, "board"))
    command = re.search(r"manage.py (provision .*?--firmware \S+)", shown)
    assert command
    words = shlex.split(command[1])
    assert words[words.index("--name") + 1] == station.name


@pytest.mark.parametrize("page", ["board", "board/seen"])
def test_no_page_carries_script_or_style_of_its_own(admin_client: Client, page: str) -> None:
    html = admin_client.get(page_of(attic(), page)).content.decode()
    assert _INLINE.findall(html) == []


@pytest.mark.parametrize("page", ["board", "board/seen"])
def test_a_helper_who_may_only_look_does_not_walk(client: Client, page: str) -> None:
    helper = User.objects.create_user("helper", is_staff=True)
    helper.user_permissions.add(Permission.objects.get(codename="view_station"))
    client.force_login(helper)
    station = attic()
    assert client.get(page_of(station, page)).status_code == 403
    assert "Set up its board" not in visit(client, page_of(station))


def test_a_station_that_is_gone_is_not_found(admin_client: Client) -> None:
    response = admin_client.get(f"{LIST}999/board/")
    assert response.status_code == 404
    assert "There is no page at this address." in text_of(response)
