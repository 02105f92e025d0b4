"""What viewers choose, and where it is kept."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from stations.models import Station
from tests.factories import make_readings, make_station
from tests.viewers.conftest import Phone
from viewers import links
from viewers.choices import Choices, from_text, to_text

pytestmark = pytest.mark.django_db


@pytest.fixture
def attic() -> Station:
    station = make_station(name="Attic")
    make_readings(station, [20.0])
    return station


@pytest.fixture
def cellar() -> Station:
    station = make_station(name="Cellar")
    make_readings(station, [12.0])
    return station


@pytest.fixture
def bob(client: Client, django_user_model: type[User]) -> Client:
    client.force_login(django_user_model.objects.create_user("bob"))
    return client


def page(client: Client, path: str = "/") -> str:
    response = client.get(path)
    assert response.status_code == 200, response
    return response.content.decode()


def offered(client: Client) -> list[str]:
    """Return what the settings page sends along about the rooms it shows."""
    return re.findall(r'name="offered" value="([^"]*)"', page(client, "/settings/"))


def choose(client: Client, *rooms: Station, unit: str = "C", language: str = "") -> int:
    form = {"unit": unit, "language": language, "rooms": [room.pk for room in rooms]}
    return client.post("/settings/", form | {"offered": offered(client)}).status_code


# --- with a link ------------------------------------------------------------------------------


def test_the_link_remembers_the_unit(phone: Phone, attic: Station) -> None:
    choose(phone.client, attic, unit="F")
    assert '<data value="68.0">' in page(phone.client)


def test_a_phone_that_forgot_its_cookies_gets_it_all_back(
    phone: Phone, attic: Station, cellar: Station
) -> None:
    choose(phone.client, attic, unit="F", language="de")
    fresh = Client()
    fresh.get(f"/h/{phone.secret}")
    shown = page(fresh)
    assert '<html lang="de">' in shown
    assert '<data value="68.0">68,0' in shown
    assert "Cellar" not in shown


def test_one_phone_chooses_for_itself_alone(phone: Phone, attic: Station) -> None:
    choose(phone.client, attic, unit="F")
    other = Client()
    other.get(f"/h/{links.make_link('Ben').secret}")
    assert '<data value="20.0">' in page(other)


def test_the_switch_on_the_dashboard_is_remembered_with_the_link(
    phone: Phone, attic: Station
) -> None:
    phone.client.post("/unit/", {"unit": "F"})
    assert phone.stored().unit == "F"


def test_who_is_signed_in_leaves_the_links_choices_alone(
    phone: Phone, attic: Station, django_user_model: type[User]
) -> None:
    phone.client.force_login(django_user_model.objects.create_user("bob"))
    choose(phone.client, attic, unit="F")
    assert phone.stored().unit == ""
    assert phone.client.cookies["temperature_unit"].value == "F"


# --- without ----------------------------------------------------------------------------------


def test_who_is_signed_in_keeps_it_on_the_device(
    bob: Client, attic: Station, cellar: Station
) -> None:
    assert choose(bob, attic, unit="F", language="fr") == 303
    shown = page(bob)
    assert '<html lang="fr">' in shown
    assert "Cellar" not in shown
    assert '<data value="68.0">' in shown


def test_as_this_device_says_takes_a_language_back(bob: Client, attic: Station) -> None:
    choose(bob, attic, language="fr")
    choose(bob, attic, language="")
    assert '<html lang="en">' in page(bob)


def test_a_stranger_chooses_nothing(client: Client, attic: Station) -> None:
    response = client.post("/settings/", {"unit": "F"})
    assert response.headers["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("text", ["x", "1.", "1..2", "-1", "²", "1.2.x", "9" * 10, ".", "1 2"])
def test_what_is_not_ours_in_a_cookie_hides_nothing(bob: Client, attic: Station, text: str) -> None:
    bob.cookies["hidden_stations"] = text
    assert "Attic" in page(bob)


@pytest.mark.parametrize(("name", "value"), [("language", "xx"), ("temperature_unit", "K")])
def test_what_is_no_choice_is_none(bob: Client, attic: Station, name: str, value: str) -> None:
    bob.cookies[name] = value
    shown = page(bob)
    assert '<html lang="en">' in shown
    assert '<data value="20.0">' in shown


# --- rooms ------------------------------------------------------------------------------------


def test_a_hidden_room_is_neither_on_the_dashboard_nor_on_the_wall(
    phone: Phone, attic: Station, cellar: Station
) -> None:
    choose(phone.client, attic)
    for path in ("/", "/cards/", "/wall/", "/wall/cards/"):
        assert "Cellar" not in page(phone.client, path)


def test_a_room_that_is_added_later_appears_by_itself(
    phone: Phone, attic: Station, cellar: Station
) -> None:
    choose(phone.client, attic)
    make_readings(make_station(name="Shed"))
    assert "Shed" in page(phone.client)


def test_a_room_that_is_added_while_the_page_is_open_appears_as_well(
    phone: Phone, attic: Station, cellar: Station
) -> None:
    form = {"unit": "C", "language": "", "offered": offered(phone.client), "rooms": [attic.pk]}
    make_station(name="Shed")
    phone.client.post("/settings/", form)
    assert phone.stored().hidden_stations == [cellar.pk]


def test_the_first_room_that_is_added_while_the_page_is_open_was_no_choice(phone: Phone) -> None:
    form = {"unit": "F", "language": "", "offered": offered(phone.client)}
    make_station(name="Shed")
    assert phone.client.post("/settings/", form).status_code == 303


@pytest.mark.parametrize("number", ["x", "-1", "²", "9" * 40])
def test_what_was_never_on_offer_is_not_hidden(
    phone: Phone, attic: Station, cellar: Station, number: str
) -> None:
    form = {"unit": "C", "language": "", "offered": [number, attic.pk], "rooms": [attic.pk]}
    assert phone.client.post("/settings/", form).status_code == 303
    assert phone.stored().hidden_stations == []


def test_the_sentence_speaks_of_the_whole_house(phone: Phone) -> None:
    inside, outside = make_station(placement="indoor"), make_station(placement="outdoor")
    make_readings(inside, [25.0])
    make_readings(outside, [21.0])
    choose(phone.client, inside)
    assert "Open the windows: 4.0 °C cooler outside" in page(phone.client)


def test_a_house_without_rooms_is_no_choice(phone: Phone, attic: Station, cellar: Station) -> None:
    form = {"unit": "C", "language": "", "offered": offered(phone.client)}
    response = phone.client.post("/settings/", form)
    assert response.status_code == 422
    assert "Choose at least one room." in response.content.decode()


def test_when_all_that_is_left_is_hidden_it_is_shown(
    phone: Phone, attic: Station, cellar: Station
) -> None:
    choose(phone.client, attic)
    attic.is_active = False
    attic.save()
    assert "Cellar" in page(phone.client)


def test_a_room_that_is_away_for_a_while_stays_hidden(
    phone: Phone, attic: Station, cellar: Station
) -> None:
    choose(phone.client, attic)
    Station.objects.filter(pk=cellar.pk).update(is_active=False)
    choose(phone.client, attic)
    Station.objects.filter(pk=cellar.pk).update(is_active=True)
    assert "Cellar" not in page(phone.client)


def test_before_the_first_station_there_are_no_rooms_to_choose(phone: Phone) -> None:
    assert 'name="rooms"' not in page(phone.client, "/settings/")
    assert choose(phone.client, unit="F") == 303


def test_the_page_shows_what_was_chosen(phone: Phone, attic: Station, cellar: Station) -> None:
    choose(phone.client, cellar, unit="F", language="es")
    html = page(phone.client, "/settings/")
    for value in ("F", "es", str(cellar.pk)):
        assert f'value="{value}"' in html
    checked = [part.split(">")[0] for part in html.split("<input") if "checked" in part]
    assert len(checked) == 3
    assert not any(f'name="rooms" value="{attic.pk}"' in part for part in checked)


# --- what refreshes itself ----------------------------------------------------------------------


@pytest.mark.usefixtures("still_clock")
@pytest.mark.parametrize("path", ["/cards/", "/wall/cards/"])
@pytest.mark.parametrize(
    "choice", [{"unit": "F"}, {"language": "de"}, {"rooms": "attic"}], ids=lambda c: next(iter(c))
)
def test_another_choice_is_news(
    phone: Phone, attic: Station, cellar: Station, path: str, choice: dict[str, str]
) -> None:
    etag = phone.client.get(path).headers["ETag"]
    assert phone.client.get(path, headers={"If-None-Match": etag}).status_code == 304
    rooms = [attic] if "rooms" in choice else [attic, cellar]
    choose(phone.client, *rooms, unit=choice.get("unit", "C"), language=choice.get("language", ""))
    assert phone.client.get(path, headers={"If-None-Match": etag}).status_code == 200


def test_caches_know_what_a_page_depends_on(phone: Phone) -> None:
    for path in ("/", "/cards/", "/wall/", "/settings/"):
        varies = phone.client.get(path).headers["Vary"].lower()
        assert {"cookie", "accept-language"} <= {name.strip() for name in varies.split(",")}


# --- in a cookie ---------------------------------------------------------------------------------


@pytest.mark.parametrize("numbers", [frozenset[int](), frozenset({3}), frozenset({17, 3, 200})])
def test_numbers_survive_a_cookie(numbers: frozenset[int]) -> None:
    assert from_text(to_text(numbers)) == numbers


def test_nothing_chosen_is_nothing_kept(phone: Phone) -> None:
    assert links.choices_of(phone.link) == Choices()
