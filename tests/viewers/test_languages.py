"""Which language a page is in, and that it is that language throughout."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from tests.factories import make_readings, make_sensor, make_station, record_history
from tests.viewers.conftest import Phone

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _anyone_may_look(settings: Settings) -> None:
    settings.PUBLIC_DASHBOARD = True


def page(client: Client, path: str = "/", **headers: str) -> str:
    return client.get(path, headers=headers).content.decode()


# --- whose word counts -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("de", "de"),
        ("de-AT,en;q=0.5", "de"),
        ("es-419,es;q=0.9", "es"),
        ("fr-CH, de;q=0.4", "fr"),
        ("nl,fr;q=0.2", "fr"),
        ("nl", "en"),
        ("", "en"),
        ("de;q=rubbish,\x7f", "en"),
    ],
)
def test_the_browsers_language_counts(client: Client, asked: str, language: str) -> None:
    response = client.get("/", headers={"Accept-Language": asked})
    assert f'<html lang="{language}">' in response.content.decode()
    assert response.headers["Content-Language"] == language


def test_without_a_word_of_the_browser_the_houses_counts(
    client: Client, settings: Settings
) -> None:
    settings.LANGUAGE_CODE = "es"
    assert '<html lang="es">' in page(client)
    assert '<html lang="es">' in page(client, **{"Accept-Language": "nl"})


def test_what_was_chosen_counts_most(phone: Phone) -> None:
    phone.link.language = "fr"
    phone.link.save()
    assert '<html lang="fr">' in page(phone.client, **{"Accept-Language": "de"})


def test_the_sign_in_page_speaks_the_browsers_language(client: Client, settings: Settings) -> None:
    settings.PUBLIC_DASHBOARD = False
    assert "<h1>Anmelden</h1>" in page(client, "/sign-in/", **{"Accept-Language": "de"})


@pytest.mark.parametrize("path", ["/nowhere/", "/h/wrong"])
def test_pages_that_are_not_there_speak_it_too(client: Client, path: str) -> None:
    assert '<html lang="fr">' in page(client, path, **{"Accept-Language": "fr"})


def test_one_request_leaves_no_language_behind(client: Client) -> None:
    page(client, **{"Accept-Language": "de"})
    assert '<html lang="en">' in page(client)


# --- who reads English ---------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/status/", "/api/v1/docs/", "/admin/"])
def test_pages_for_those_who_run_it_are_english_throughout(admin_client: Client, path: str) -> None:
    html = page(admin_client, path, **{"Accept-Language": "de"})
    assert '<html lang="en' in html
    assert "Abmelden" not in html


def test_a_board_is_answered_in_english(client: Client, settings: Settings) -> None:
    settings.LANGUAGE_CODE = "de"
    path = "/update/API_key=wrong/mac=5c:cf:7f:0a:1b:2c/field=1/data=1"
    response = client.get(path, headers={"Accept": "text/html", "Accept-Language": "de"})
    assert '<html lang="en">' in response.content.decode()
    assert "Vary" not in response.headers


def test_programs_get_plain_numbers(client: Client) -> None:
    make_readings(values=[21.5])
    response = client.get("/api/v1/stations/", headers={"Accept-Language": "de"})
    assert "21.5" in response.content.decode()


# --- all of a page ------------------------------------------------------------------------------


@pytest.fixture
def home() -> None:
    garden, room = make_station(name="Garden", placement="outdoor"), make_station(name="Room")
    make_sensor(garden, field=1, quantity="temperature", unit="C")
    make_sensor(garden, field=2, quantity="humidity", unit="%")
    record_history(garden, [10 + minute / 60 for minute in range(71)])
    record_history(garden, [40.0], field=2)
    record_history(room, [21.5])
    make_station(name="Shed", placement="other")


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            "21.5 1.0 rising Indoor Outdoor Live Waiting now Settings cooler humidity",
        ),
        (
            "de",
            "21,5 1,0 steigend Drinnen Draußen Aktuell Wartet jetzt Einstellungen kühler"
            " Luftfeuchtigkeit",
        ),
        (
            "es",
            "21,5 1,0 subiendo Interior Exterior día espera ahora Ajustes menos Humedad",
        ),
        (
            "fr",
            "21,5 1,0 hausse Intérieur Extérieur jour attente maintenant Réglages moins Humidité",
        ),
    ],
)
def test_the_dashboard_is_in_one_language(client: Client, language: str, words: str) -> None:
    html = page(client, **{"Accept-Language": language})
    assert [word for word in words.split() if word not in html] == []


@pytest.mark.usefixtures("home")
def test_what_programs_read_in_a_page_stays_plain(client: Client) -> None:
    assert '<data value="21.5">21,5</data>' in page(client, **{"Accept-Language": "de"})


@pytest.mark.parametrize("language", ["en", "de", "es", "fr"])
def test_a_phone_can_install_it_in_every_language(client: Client, language: str) -> None:
    response = client.get("/manifest.webmanifest", headers={"Accept-Language": language})
    assert len(response.json()["name"]) > 10
