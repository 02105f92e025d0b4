"""The page for a screen on a wall."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from pytest_django import Settings

from dashboard import views
from dashboard.night import is_night
from readings.times import HOUR_MS, now_ms, to_ms
from tests.factories import make_readings, make_station, record_history

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(autouse=True)
def _anyone_may_look(settings: Settings) -> None:
    settings.PUBLIC_DASHBOARD = True


def page(client: Client, path: str = "/wall/") -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_it_shows_every_room_and_the_sentence(client: Client) -> None:
    make_readings(make_station(name="Attic", placement="indoor"), [25.0])
    make_readings(make_station(name="Garden", placement="outdoor"), [21.0])
    html = page(client)
    assert '<h1 class="sentence">Open the windows: 4.0 °C cooler outside</h1>' in html
    for word in ("Attic", "Garden", '<data value="25.0">25.0</data>', '<data value="21.0">'):
        assert word in html


def test_it_is_found_without_its_slash(client: Client) -> None:
    assert client.get("/wall").headers["Location"] == "/wall/"


def test_a_stranger_does_not_see_it(client: Client, settings: Settings) -> None:
    settings.PUBLIC_DASHBOARD = False
    assert client.get("/wall/").headers["Location"] == "/sign-in/?next=/wall/"
    response = client.get("/wall/cards/", headers={"HX-Request": "true"})
    assert response.headers["HX-Refresh"] == "true"


def test_there_is_nothing_to_touch(client: Client) -> None:
    make_readings()
    assert re.findall(r"<(a|button|input|form|select)\b", page(client)) == []


def test_a_silent_station_says_so_and_since_when(client: Client) -> None:
    record_history(until=now_ms() - 3 * HOUR_MS)
    html = page(client)
    assert re.search(r'class="state">\s*<svg.*?</svg>Silent · <time [^>]+>3 hours ago', html)


def test_a_station_that_is_waited_for_says_so(client: Client) -> None:
    make_station(name="Attic")
    assert re.search(r'class="state">\s*<svg.*?</svg>Waiting', page(client), re.DOTALL)


def test_a_house_without_stations_says_so(client: Client) -> None:
    assert "No station yet" in page(client)


def test_without_script_it_is_loaded_again_every_minute(client: Client) -> None:
    assert '<noscript><meta http-equiv="refresh" content="60"></noscript>' in page(client)


@pytest.mark.usefixtures("still_clock")
def test_nothing_new_is_answered_with_304(client: Client) -> None:
    make_readings()
    etag = client.get("/wall/cards/").headers["ETag"]
    assert client.get("/wall/cards/", headers={"If-None-Match": etag}).status_code == 304


def test_a_new_version_of_the_server_is_news(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The screen then loads style and script anew."""
    before = client.get("/wall/cards/")
    monkeypatch.setattr(views, "static", lambda name: f"/static/{name}?new")
    after = client.get("/wall/cards/", headers={"If-None-Match": before.headers["ETag"]})
    assert 'data-look="/static/dashboard/wall.css?new"' in after.content.decode()


# --- at night ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clock", "expected"), [("06:59", True), ("07:00", False), ("20:59", False), ("21:00", True)]
)
@pytest.mark.parametrize("date", ["2026-01-15", "2026-07-15", "2026-10-25"])
def test_night_is_from_nine_to_seven_by_the_houses_clock(
    date: str, clock: str, expected: bool
) -> None:
    moment = datetime.fromisoformat(f"{date}T{clock}").replace(tzinfo=BERLIN)
    assert is_night(to_ms(moment), BERLIN) is expected


@pytest.mark.parametrize(
    ("is_dark", "body", "told"),
    [(True, '<body class="wall night">', "yes"), (False, '<body class="wall">', "no")],
)
def test_at_night_the_page_is_dark_and_the_part_that_refreshes_tells(
    client: Client, monkeypatch: pytest.MonkeyPatch, is_dark: bool, body: str, told: str
) -> None:
    monkeypatch.setattr(views, "is_night", lambda *_: is_dark)
    assert body in page(client)
    assert f'data-night="{told}"' in page(client, "/wall/cards/")
