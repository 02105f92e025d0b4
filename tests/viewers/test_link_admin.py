"""Where links are made, shown once, and revoked."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from stations import address
from tests.factories import make_station
from tests.viewers.conftest import Phone, phone_of
from viewers import qr
from viewers.models import HouseholdLink

pytestmark = pytest.mark.django_db

LIST = "/admin/viewers/householdlink/"
ADD = f"{LIST}add/"


def make(admin: Client, name: str = "Anna's phone", host: str = "192.168.1.20:8000") -> str:
    """Make a link as the admin does; return the page that shows it."""
    response = admin.post(ADD, {"name": name}, headers={"host": host})
    assert response.status_code == 200, response
    return response.content.decode()


def address_on(page: str) -> str:
    found = re.search(r'class="copy">([^<]+)', page)
    assert found
    return found[1]


def offered(admin: Client, link: HouseholdLink) -> list[str]:
    """Return what a link's page sends along about the rooms it shows."""
    page = admin.get(f"{LIST}{link.pk}/change/").content.decode()
    return re.findall(r'name="offered" value="([^"]*)"', page)


def revoke(admin: Client, *new: HouseholdLink) -> None:
    chosen = {"action": "revoke", "_selected_action": [link.pk for link in new]}
    assert admin.post(LIST, chosen).status_code == 302


def test_a_new_link_is_shown_with_its_address(admin_client: Client) -> None:
    address = address_on(make(admin_client))
    assert re.fullmatch(r"http://192\.168\.1\.20:8000/h/[a-z2-9]{26}", address)


def test_what_is_shown_opens_the_dashboard(admin_client: Client, client: Client) -> None:
    assert client.get(urlsplit(address_on(make(admin_client))).path).headers["Location"] == "/"


def test_it_is_shown_this_once(admin_client: Client) -> None:
    secret = address_on(make(admin_client)).rpartition("/")[2]
    pk = HouseholdLink.objects.get().pk
    for path in (LIST, f"{LIST}{pk}/change/", f"{LIST}{pk}/history/", f"{LIST}{pk}/delete/"):
        assert secret not in admin_client.get(path).content.decode()


def test_the_page_is_kept_by_nobody(admin_client: Client) -> None:
    headers = admin_client.post(ADD, {"name": "Anna"}).headers
    assert headers["Cache-Control"].startswith("no-store")
    assert headers["Referrer-Policy"] == "no-referrer"


def test_two_links_of_one_name_are_told_apart_first(admin_client: Client) -> None:
    make(admin_client)
    page = admin_client.post(ADD, {"name": "Anna's phone"}).content.decode()
    assert "Another link has this name." in page


def test_a_link_for_a_wall_is_made(admin_client: Client) -> None:
    admin_client.post(ADD, {"name": "Kitchen", "is_for_wall": "on"})
    assert HouseholdLink.objects.get().is_for_wall


def test_made_on_the_server_itself_it_has_the_address_phones_reach(
    admin_client: Client, settings: Settings
) -> None:
    settings.HOST = "192.168.1.20"
    page = make(admin_client, host="localhost:8000")
    assert address_on(page).startswith("http://192.168.1.20:8000/h/")
    assert "errornote" not in page


def test_a_server_that_no_phone_reaches_says_so(admin_client: Client, settings: Settings) -> None:
    settings.HOST = "127.0.0.1"
    assert "Phones do not reach the server" in make(admin_client, host="localhost:8000")


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("weather.example.org", "weather.example.org"),
        ("raspberrypi.local:8000", "raspberrypi.local:8000"),
        ("localhost", "192.168.1.20"),
        ("[::1]:8000", "192.168.1.20:8000"),
    ],
)
def test_the_host_that_phones_use(host: str, expected: str, settings: Settings) -> None:
    settings.HOST = "192.168.1.20"
    assert address.host_for_others(host) == expected


# --- revoked ----------------------------------------------------------------------------------


def test_revoking_ends_the_chosen_links(admin_client: Client) -> None:
    anna, ben = phone_of("Anna"), phone_of("Ben")
    revoke(admin_client, anna.link)
    assert [phone.client.get("/").status_code for phone in (anna, ben)] == [302, 200]


def test_revoking_is_in_the_admins_history(admin_client: Client, phone: Phone) -> None:
    revoke(admin_client, phone.link)
    assert LogEntry.objects.filter(object_repr="Anna's phone", action_flag=3).exists()


def test_who_may_only_look_revokes_nothing(
    client: Client, phone: Phone, django_user_model: type[User]
) -> None:
    client.force_login(django_user_model.objects.create_user("helper", is_staff=True))
    client.post(LIST, {"action": "revoke", "_selected_action": [phone.link.pk]})
    assert phone.client.get("/").status_code == 200


# --- what it shows -----------------------------------------------------------------------------


def test_a_screen_that_nobody_touches_is_set_from_here(admin_client: Client, phone: Phone) -> None:
    attic, cellar = make_station(name="Attic"), make_station(name="Cellar")
    form = {"name": "Kitchen", "unit": "F", "language": "de", "rooms": [attic.pk]}
    form["offered"] = offered(admin_client, phone.link)
    assert admin_client.post(f"{LIST}{phone.link.pk}/change/", form).status_code == 302
    stored = phone.stored()
    assert (stored.unit, stored.language, stored.hidden_stations) == ("F", "de", [cellar.pk])


def test_saving_it_unchanged_hides_nothing(admin_client: Client, phone: Phone) -> None:
    rooms = [make_station().pk, make_station().pk]
    page = admin_client.get(f"{LIST}{phone.link.pk}/change/").content.decode()
    assert len(re.findall(r'name="rooms" value="\d+"[^>]* checked', page)) == 2
    form = {"name": "Anna", "rooms": rooms, "offered": offered(admin_client, phone.link)}
    admin_client.post(f"{LIST}{phone.link.pk}/change/", form)
    assert phone.stored().hidden_stations == []


def test_a_station_that_is_added_while_the_page_is_open_appears(
    admin_client: Client, phone: Phone
) -> None:
    attic, cellar = make_station(name="Attic"), make_station(name="Cellar")
    form = {"name": "Anna", "rooms": [attic.pk], "offered": offered(admin_client, phone.link)}
    make_station(name="Shed")
    admin_client.post(f"{LIST}{phone.link.pk}/change/", form)
    assert phone.stored().hidden_stations == [cellar.pk]


def test_a_changed_link_keeps_its_secret(admin_client: Client, phone: Phone) -> None:
    admin_client.post(f"{LIST}{phone.link.pk}/change/", {"name": "Anna's new phone"})
    assert phone.client.get("/").status_code == 200


@pytest.mark.parametrize(("hours", "text"), [(None, "never"), (0.5, "within the hour")])
def test_the_list_says_when_a_link_was_last_used(
    admin_client: Client, phone: Phone, hours: float | None, text: str
) -> None:
    if hours is not None:
        phone.client.get("/")
    assert text in admin_client.get(LIST).content.decode()


# --- the code ------------------------------------------------------------------------------------


def test_a_code_says_what_it_is_to_those_who_do_not_see_it() -> None:
    assert "<title>the &lt;code&gt;</title>" in qr.svg("http://x/h/y", "the <code>")
