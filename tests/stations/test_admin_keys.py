"""Rotating API keys in the admin."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from stations import keys, verbs
from stations.models import Station
from tests.factories import TUTORIAL_KEY, make_station
from tests.readings.calls import make_call, refuse
from tests.stations.pages import LIST, page_of, run_action, submit, text_of, visit

pytestmark = pytest.mark.django_db

NEW_KEY = "a-new-key-for-the-attic"


def attic() -> Station:
    return make_station(name="Attic", api_key="abcdefghijklmnopqrstuvwxyz")


def rotating_attic() -> Station:
    return verbs.rotate_key(attic(), NEW_KEY).station


def test_nothing_rotates_before_it_is_confirmed(admin_client: Client) -> None:
    station = attic()
    shown = visit(admin_client, page_of(station, "rotate-key"))
    station.refresh_from_db()
    assert "ab…yz , works until the station first uses the new one" in shown
    assert not station.is_rotating


def test_the_new_key_is_shown_once_confirmed(admin_client: Client) -> None:
    station = attic()
    shown = submit(admin_client, page_of(station, "rotate-key"), api_key="")
    key = re.search(r"API key (\S+) MAC address", shown)
    station.refresh_from_db()
    assert key
    assert station.key_digest == keys.digest(key[1])


def test_a_key_of_ones_own_is_taken(admin_client: Client) -> None:
    station = attic()
    assert NEW_KEY in submit(admin_client, page_of(station, "rotate-key"), api_key=NEW_KEY)
    station.refresh_from_db()
    assert station.key_digest == keys.digest(NEW_KEY)


def test_an_impossible_key_rotates_nothing(admin_client: Client) -> None:
    station = attic()
    shown = submit(admin_client, page_of(station, "rotate-key"), api_key="no/slash")
    station.refresh_from_db()
    assert "A key has 4 to 64 letters" in shown
    assert not station.is_rotating


def test_a_rotated_key_is_kept_by_nobody(admin_client: Client) -> None:
    response = admin_client.post(page_of(attic(), "rotate-key"), {"api_key": NEW_KEY})
    assert "no-store" in response.headers["Cache-Control"]
    assert NEW_KEY not in response.cookies.output() + str(dict(admin_client.session))


def test_both_hints_are_on_the_stations_page(admin_client: Client) -> None:
    shown = visit(admin_client, page_of(rotating_attic()))
    assert "API key: a-…ic ↻ rotating, old key not used since the rotation" in shown
    old = "Old key: ab…yz not used since the rotation; still good until the new one, made just now,"
    assert old in shown


def test_the_page_says_when_the_old_key_was_last_used(admin_client: Client) -> None:
    station = rotating_attic()
    refuse(make_call(station.mac, "abcdefghijklmnopqrstuvwxyz"))
    assert "Old key: ab…yz last used just now" in visit(admin_client, page_of(station))
    assert "a-…ic ↻ rotating, old key last used just now" in visit(admin_client, LIST)
    assert "it was last used just now" in visit(admin_client, page_of(station, "end-old-key"))


def test_a_new_rotation_knows_nothing_of_the_last_ones_old_key(admin_client: Client) -> None:
    station = rotating_attic()
    refuse(make_call(station.mac, "abcdefghijklmnopqrstuvwxyz"))
    refuse(make_call(station.mac, NEW_KEY))
    verbs.rotate_key(station)
    assert "not used since the rotation" in visit(admin_client, page_of(station))


@pytest.mark.parametrize(("chosen", "found"), [("rotating", 2), ("old", 1)])
def test_those_with_an_old_key_can_be_picked_out(
    admin_client: Client, chosen: str, found: int
) -> None:
    make_station(name="Cellar")
    verbs.rotate_key(make_station(name="Garden", api_key="key-of-the-garden"))
    refuse(make_call(rotating_attic().mac, "abcdefghijklmnopqrstuvwxyz"))
    assert f"{found} station" in visit(admin_client, LIST, key=chosen)


def test_rotating_again_says_which_key_stops_working(admin_client: Client) -> None:
    shown = visit(admin_client, page_of(rotating_attic(), "rotate-key"))
    assert "The one it uses now, ab…yz" in shown
    assert "The key of the last rotation, a-…ic , was never used. It stops working" in shown


# --- ending the old key -----------------------------------------------------------------


def test_a_station_with_one_key_offers_nothing_to_end(admin_client: Client) -> None:
    assert "End the old key now" not in visit(admin_client, page_of(attic()))


def test_a_rotating_station_offers_to_end_the_old_key(admin_client: Client) -> None:
    assert "End the old key now" in visit(admin_client, page_of(rotating_attic()))


def test_the_old_key_lives_until_its_end_is_confirmed(admin_client: Client) -> None:
    station = rotating_attic()
    shown = visit(admin_client, page_of(station, "end-old-key"))
    station.refresh_from_db()
    assert "The old key ab…yz of Attic stops working at once" in shown
    assert station.is_rotating


def test_the_old_key_ends_when_confirmed(admin_client: Client) -> None:
    station = rotating_attic()
    shown = submit(admin_client, page_of(station, "end-old-key"))
    station.refresh_from_db()
    assert "The old key of Attic is no longer accepted." in shown
    assert (station.key_digest, station.is_rotating) == (keys.digest(NEW_KEY), False)


def test_a_key_already_ended_is_said_to_be(admin_client: Client) -> None:
    assert "There is no old one to end" in visit(admin_client, page_of(attic(), "end-old-key"))


# --- many at once --------------------------------------------------------------------------


def test_many_keys_rotate_only_when_confirmed(admin_client: Client) -> None:
    stations = [make_station(name="Attic"), make_station(name="Cellar")]
    shown = run_action(admin_client, "rotate_keys", *stations)
    assert "Attic T… Cellar T…" in shown
    assert not Station.objects.exclude(old_key_digest="").exists()


def test_many_new_keys_are_shown_together(admin_client: Client) -> None:
    stations = [make_station(name="Attic"), make_station(name="Cellar"), make_station()]
    shown = run_action(admin_client, "rotate_keys", *stations[:2], post="yes")
    found = re.findall(r"API key (\S+) MAC address", shown)
    stored = [Station.objects.get(name=name).key_digest for name in ("Attic", "Cellar")]
    assert [keys.digest(key) for key in found] == stored
    assert Station.objects.get(pk=stations[2].pk).key_digest == keys.digest(TUTORIAL_KEY)


# --- who may -----------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["rotate-key", "end-old-key"])
def test_a_helper_who_may_only_look_changes_no_key(client: Client, page: str) -> None:
    helper = User.objects.create_user("helper", is_staff=True)
    helper.user_permissions.add(Permission.objects.get(codename="view_station"))
    client.force_login(helper)
    station = rotating_attic()
    assert client.post(page_of(station, page)).status_code == 403
    station.refresh_from_db()
    assert (station.key_digest, station.is_rotating) == (keys.digest(NEW_KEY), True)


def test_a_helper_who_may_only_look_is_offered_no_rotation(client: Client) -> None:
    helper = User.objects.create_user("helper", is_staff=True)
    helper.user_permissions.add(Permission.objects.get(codename="view_station"))
    client.force_login(helper)
    station = attic()
    assert "Rotate" not in visit(client, LIST) + visit(client, page_of(station))


def test_a_foreign_page_cannot_rotate_a_key() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("admin"))
    station = attic()
    assert client.post(page_of(station, "rotate-key")).status_code == 403
    station.refresh_from_db()
    assert not station.is_rotating


@pytest.mark.parametrize("page", ["rotate-key", "end-old-key"])
def test_a_station_that_is_gone_is_not_found(admin_client: Client, page: str) -> None:
    response = admin_client.get(f"{LIST}999/{page}/")
    assert (response.status_code, "There is no page at this address." in text_of(response)) == (
        404,
        True,
    )
