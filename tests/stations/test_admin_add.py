"""Registering a board in the admin."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from stations import address, keys
from stations.models import Station
from tests.factories import TUTORIAL_KEY, TUTORIAL_MAC, make_station
from tests.stations.pages import ADD, LIST, page_of, submit, text_of, visit

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

pytestmark = pytest.mark.django_db

MAC = "5c:cf:7f:0a:1b:2c"
OWN_KEY = "a-key-of-20-letters-"


def register(client: Client, **changed: str) -> Response:
    fields = {"name": "Attic", "mac": MAC, "placement": "outdoor", "expected_interval_s": "300"}
    return client.post(ADD, fields | {"api_key": ""} | changed)


def shown_key(response: Response) -> str:
    found = re.search(r"API key (\S+) MAC address", text_of(response))
    assert found, text_of(response)
    return found[1]


def test_a_board_is_registered(admin_client: Client) -> None:
    register(admin_client)
    station = Station.objects.get()
    assert (station.name, station.mac, station.placement) == ("Attic", MAC, "outdoor")
    assert (station.expected_interval_s, station.is_active) == (300, True)


def test_the_key_on_the_page_is_the_stations(admin_client: Client) -> None:
    key = shown_key(register(admin_client))
    assert keys.digest(key) == Station.objects.get().key_digest


def test_a_key_made_by_the_server_is_strong(admin_client: Client) -> None:
    response = register(admin_client)
    assert not keys.is_weak(shown_key(response))
    assert "short enough to guess" not in text_of(response)


def test_the_key_of_a_flashed_board_is_taken(admin_client: Client) -> None:
    assert shown_key(register(admin_client, api_key=OWN_KEY)) == OWN_KEY
    assert Station.objects.get().key_digest == keys.digest(OWN_KEY)


def test_the_page_shows_what_to_try(admin_client: Client) -> None:
    shown = text_of(register(admin_client, api_key=OWN_KEY))
    url = f"http://testserver/update/API_key={OWN_KEY}/mac={MAC}/field=1/data=21.5"
    assert f"curl {url}" in shown


def test_what_the_page_shows_works(admin_client: Client, client: Client) -> None:
    shown = text_of(register(admin_client))
    path = re.search(r"curl http://testserver(/\S+)", shown)
    assert path
    assert client.get(path[1]).content == b"OK"


def test_on_the_server_itself_the_page_shows_the_address_that_boards_need(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(address, "lan_address", lambda: "192.168.1.10")
    fields = {"name": "Attic", "mac": MAC, "placement": "indoor", "expected_interval_s": "60"}
    response = admin_client.post(ADD, fields, headers={"host": "localhost:8000"})
    assert "curl http://192.168.1.10:8000/update/API_key=" in text_of(response)
    assert response.context["form"]["server"].value() == "http://192.168.1.10:8000"


# --- shown once ----------------------------------------------------------------------


def test_the_key_is_nowhere_but_on_the_page(admin_client: Client) -> None:
    response = register(admin_client, api_key=OWN_KEY)
    stored = str([list(Station.objects.values()), list(Session.objects.values())])
    cookies = response.cookies.output() + admin_client.cookies.output()
    sessions = str(dict(admin_client.session))
    assert OWN_KEY not in stored + cookies + sessions + str(response.headers)


def test_the_key_is_on_no_later_page(admin_client: Client) -> None:
    register(admin_client, api_key=OWN_KEY)
    later = [LIST, page_of(Station.objects.get()), page_of(Station.objects.get(), "history")]
    assert OWN_KEY not in "".join(visit(admin_client, path) for path in later)


@pytest.mark.parametrize(
    ("header", "value"), [("Cache-Control", "no-store"), ("Referrer-Policy", "same-origin")]
)
def test_the_page_is_kept_by_nobody(admin_client: Client, header: str, value: str) -> None:
    assert value in register(admin_client).headers[header]


def test_the_key_is_in_no_address_but_the_boards_own(admin_client: Client) -> None:
    html = register(admin_client, api_key=OWN_KEY).content.decode()
    addresses = re.findall(r'(?:href|src|action|hx-get)="([^"]*)"', html)
    with_key = [address for address in addresses if OWN_KEY in address]
    assert with_key == [f"/update/API_key={OWN_KEY}/mac={MAC}/field=1/data=21.5"]


def test_a_link_with_the_key_tells_nobody_where_it_came_from(admin_client: Client) -> None:
    html = register(admin_client, api_key=OWN_KEY).content.decode()
    (link,) = re.findall(rf"<a [^>]*{OWN_KEY}[^>]*>", html)
    assert 'rel="noopener noreferrer"' in link


# --- warnings and errors ------------------------------------------------------------------


def test_a_weak_key_is_taken_with_a_warning(admin_client: Client) -> None:
    shown = text_of(register(admin_client, api_key=TUTORIAL_KEY))
    assert "This key is short enough to guess." in shown
    assert Station.objects.exists()


def test_the_tutorials_address_is_taken_with_a_warning(admin_client: Client) -> None:
    shown = text_of(register(admin_client, mac=TUTORIAL_MAC))
    assert f"{TUTORIAL_MAC} is no real MAC address. It is registered as it is." in shown
    assert Station.objects.get().mac == TUTORIAL_MAC


def test_a_real_address_gets_no_warning(admin_client: Client) -> None:
    assert "no real MAC address" not in text_of(register(admin_client))


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "Cellar", "Another station has this name. Choose one of its own."),
        ("mac", "5CCF7F0A1B2D", "Another station has this MAC address. Search the list for it."),
        ("mac", "attic", "A MAC address has 12 digits, e.g. 5c:cf:7f:0a:1b:2c."),
        ("api_key", "no/slash", "A key has 4 to 64 letters, digits or -._~ and no spaces."),
        ("expected_interval_s", "0", "Ensure this value is greater than or equal to 1."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    admin_client: Client, field: str, value: str, sentence: str
) -> None:
    make_station(name="Cellar", mac="5c:cf:7f:0a:1b:2d")
    response = register(admin_client, **{field: value})
    assert response.context["adminform"].form.errors == {field: [sentence]}
    assert Station.objects.count() == 1


def test_the_form_starts_with_a_minute_and_no_sensors(admin_client: Client) -> None:
    html = admin_client.get(ADD).content.decode()
    assert 'name="expected_interval_s" value="60"' in html
    assert "sensors-TOTAL_FORMS" not in html


def test_a_registration_is_in_the_stations_history(admin_client: Client) -> None:
    register(admin_client)
    assert "Added." in visit(admin_client, page_of(Station.objects.get(), "history"))


def test_saving_leads_nowhere_but_to_the_key(admin_client: Client) -> None:
    shown = submit(
        admin_client,
        ADD,
        name="Attic",
        mac=MAC,
        placement="indoor",
        expected_interval_s="60",
        _addanother="1",
    )
    assert "Write the key down now" in shown
