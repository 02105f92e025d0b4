"""The dashboard over HTTP: who sees it, what it says, how it refreshes."""

from __future__ import annotations

import json
import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from stations.models import Station
from tests.factories import make_readings, make_station, record_history


@pytest.fixture
def bob(client: Client, django_user_model: type[User]) -> Client:
    """Bob lives here: signed in, no admin."""
    client.force_login(django_user_model.objects.create_user("bob"))
    return client


@pytest.fixture
def alice(client: Client, django_user_model: type[User]) -> Client:
    """Alice runs the server."""
    client.force_login(django_user_model.objects.create_superuser("alice"))
    return client


pytestmark = pytest.mark.django_db


def _page(client: Client, path: str = "/") -> str:
    response = client.get(path)
    assert response.status_code == 200, response
    return response.content.decode()


def _etag_on(page: str) -> str:
    match = re.search(r'hx-headers="([^"]*)"', page)
    assert match is not None
    headers = json.loads(match[1].replace("&quot;", '"'))
    return str(headers["If-None-Match"])


def test_a_stranger_is_sent_to_the_sign_in_page(client: Client) -> None:
    response = client.get("/")
    assert response.headers["Location"] == "/sign-in/?next=/"


def test_a_stranger_gets_no_cards_either(client: Client) -> None:
    response = client.get("/cards/", headers={"HX-Request": "true"})
    assert (response.status_code, response.headers["HX-Refresh"]) == (401, "true")


def test_a_public_dashboard_asks_nobody(client: Client, settings: Settings) -> None:
    settings.PUBLIC_DASHBOARD = True
    make_readings(make_station(name="Attic"))
    assert "Attic" in _page(client)


def test_a_family_member_sees_the_temperature(bob: Client) -> None:
    make_readings(make_station(name="Attic"), [19.0, 23.5])
    assert '<data value="23.5">23.5</data>' in _page(bob)


def test_the_state_is_a_word(bob: Client) -> None:
    make_readings()
    assert re.search(r'class="state">\s*<svg.*?</svg>Live</p>', _page(bob), re.DOTALL)


def test_what_to_do_with_the_windows_is_told_first(bob: Client) -> None:
    make_readings(make_station(placement="indoor"), [25.0])
    make_readings(make_station(placement="outdoor"), [21.0])
    expected = '<h1 class="sentence">Open the windows: 4.0 °C cooler outside</h1>'
    assert expected in _page(bob)


def test_the_advice_has_the_viewers_unit(bob: Client) -> None:
    make_readings(make_station(placement="indoor"), [25.0])
    make_readings(make_station(placement="outdoor"), [20.0])
    bob.post("/unit/", {"unit": "F"})
    assert "Open the windows: 9.0 °F cooler outside</h1>" in _page(bob)


def test_a_side_without_a_thermometer_is_told_in_place_of_advice(bob: Client) -> None:
    make_readings(make_station(placement="indoor"), [25.0])
    make_station(name="Garden", placement="outdoor")
    assert '<h1 class="sentence">No advice yet: Garden has not posted' in _page(bob)


def test_one_place_alone_has_a_heading_too(bob: Client) -> None:
    make_readings(make_station(placement="indoor"), [25.0])
    assert '<h1 class="sentence">Temperatures at home</h1>' in _page(bob)


def test_the_advice_explains_itself_without_script(bob: Client) -> None:
    make_readings(make_station(name="Attic", placement="indoor"), [25.0])
    make_readings(make_station(name="Garden", placement="outdoor"), [21.0])
    page = _page(bob)
    details = page[page.index("<details") : page.index("</details>")]
    assert "<summary>Why?</summary>" in details
    assert "Attic: 25.0 °C, <time" in details and "Garden: 21.0 °C, <time" in details
    assert "Open at 1.0 °C cooler outside or more, close at 0.3 °C or less" in details


def test_a_name_cannot_smuggle_markup_in(bob: Client) -> None:
    make_readings(make_station(name="<b>Attic</b>"))
    assert "&lt;b&gt;Attic&lt;/b&gt;" in _page(bob)


def test_without_stations_the_admin_learns_what_to_do(alice: Client) -> None:
    page = _page(alice)
    assert "/admin/stations/station/add/" in page
    assert "curl http://testserver/update/API_key=" in page


def test_without_stations_the_family_learns_whom_to_ask(bob: Client) -> None:
    page = _page(bob)
    assert "Ask whoever runs this server" in page
    assert "/admin/" not in page


def test_choosing_fahrenheit_is_remembered(bob: Client) -> None:
    make_readings(values=[20.0])
    bob.post("/unit/", {"unit": "F"})
    assert '<data value="68.0">' in _page(bob)


def test_choosing_an_unknown_unit_means_celsius(bob: Client) -> None:
    make_readings(values=[20.0])
    bob.post("/unit/", {"unit": "<script>"})
    assert '<data value="20.0">' in _page(bob)


def test_the_house_may_default_to_fahrenheit(bob: Client, settings: Settings) -> None:
    settings.DEFAULT_TEMPERATURE_UNIT = "F"
    make_readings(values=[20.0])
    assert '<data value="68.0">' in _page(bob)


@pytest.mark.usefixtures("still_clock")
def test_nothing_new_is_answered_with_304(bob: Client) -> None:
    make_readings()
    etag = _etag_on(_page(bob))
    response = bob.get("/cards/", headers={"If-None-Match": etag})
    assert (response.status_code, response.content) == (304, b"")


def test_a_new_reading_is_answered_with_cards(bob: Client) -> None:
    station = make_station()
    make_readings(station, [20.0])
    etag = _etag_on(_page(bob))
    make_readings(station, [30.0])
    response = bob.get("/cards/", headers={"If-None-Match": etag})
    assert '<data value="30.0">' in response.content.decode()


def test_refreshed_cards_carry_their_own_etag(bob: Client) -> None:
    make_readings()
    response = bob.get("/cards/")
    assert _etag_on(response.content.decode()) == response.headers["ETag"]


@pytest.mark.parametrize("path", ["/", "/cards/"])
def test_no_shared_cache_keeps_a_home(bob: Client, path: str) -> None:
    make_station()
    response = bob.get(path)
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert "Cookie" in response.headers["Vary"]


def _ten_stations() -> None:
    for number in range(10):
        placement = "outdoor" if number % 2 else "indoor"
        station = make_station(name=f"Room {number}", placement=placement)
        for field in (1, 2):
            record_history(station, [20.0, 21.0], field=field)


def test_the_dashboard_takes_eight_queries_for_ten_stations(
    bob: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Session, user, stations, sensors with latest, advice, day, hours, trend."""
    _ten_stations()
    with django_assert_num_queries(8):
        _page(bob)


@pytest.mark.usefixtures("still_clock")
def test_a_refresh_without_news_takes_five_queries(
    bob: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    _ten_stations()
    etag = _etag_on(_page(bob))
    with django_assert_num_queries(5):
        bob.get("/cards/", headers={"If-None-Match": etag})


def test_the_manifest_names_its_icons(client: Client) -> None:
    manifest = json.loads(client.get("/manifest.webmanifest").content)
    assert {icon["sizes"] for icon in manifest["icons"]} == {"192x192", "512x512"}


def test_signing_in_leads_to_the_dashboard(client: Client, django_user_model: type[User]) -> None:
    django_user_model.objects.create_user("bob", password="window and fan")
    response = client.post("/sign-in/", {"username": "bob", "password": "window and fan"})
    assert response.headers["Location"] == "/"


def test_a_wrong_password_is_told_in_a_sentence(client: Client) -> None:
    response = client.post("/sign-in/", {"username": "bob", "password": "nope"})
    assert "do not belong together" in response.content.decode()


def test_the_card_of_a_station_without_readings_waits(bob: Client) -> None:
    make_station(name="New one")
    assert "Waiting for its first reading" in _page(bob)


def test_a_demo_says_how_to_remove_it(bob: Client) -> None:
    make_station(is_demo=True)
    assert "seed_demo --remove" in _page(bob)


def test_removing_the_last_station_empties_the_page(bob: Client) -> None:
    make_readings()
    Station.objects.all().delete()
    assert "No station yet" in _page(bob)
