"""Household links: what they open, what they do not, and how they end."""

from __future__ import annotations

import re
import sqlite3
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from tests.factories import make_readings, make_station
from tests.viewers.conftest import Phone, phone_of
from viewers import links
from viewers.models import HouseholdLink

pytestmark = pytest.mark.django_db


def writes(queries: CaptureQueriesContext) -> list[str]:
    return [q["sql"] for q in queries if q["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]


def use_at(link: HouseholdLink, hours_ago: float) -> None:
    at = timezone.now() - timedelta(hours=hours_ago)
    HouseholdLink.objects.filter(pk=link.pk).update(last_used_at=at)


# --- coming in ------------------------------------------------------------------------------


def test_a_link_opens_the_dashboard(phone: Phone) -> None:
    make_readings(make_station(name="Attic"))
    assert "Attic" in phone.client.get("/").content.decode()


def test_opening_it_leads_to_the_dashboard(client: Client) -> None:
    response = client.get(f"/h/{links.make_link('Anna').secret}")
    assert (response.status_code, response.headers["Location"]) == (302, "/")


def test_a_link_for_a_wall_leads_to_the_wall(client: Client) -> None:
    response = client.get(f"/h/{links.make_link('Kitchen', is_for_wall=True).secret}")
    assert response.headers["Location"] == "/wall/"


def test_a_slash_at_the_end_does_not_matter(client: Client) -> None:
    assert client.get(f"/h/{links.make_link('Anna').secret}/").status_code == 302


@pytest.mark.parametrize("path", ["/", "/cards/", "/wall/", "/wall/cards/", "/settings/"])
def test_a_link_opens_every_page_of_the_household(phone: Phone, path: str) -> None:
    assert phone.client.get(path).status_code == 200


def test_a_link_opens_the_api(phone: Phone) -> None:
    assert phone.client.get("/api/v1/stations/").status_code == 200


def test_the_cookie_is_kept_for_long_and_from_scripts_and_foreign_sites(client: Client) -> None:
    secret = links.make_link("Anna").secret
    cookie = client.get(f"/h/{secret}").cookies["household_link"]
    assert cookie["max-age"] >= 365 * 86_400
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")


def test_with_https_the_cookie_is_secure(client: Client, settings: Settings) -> None:
    settings.HTTPS = True
    cookie = client.get(f"/h/{links.make_link('Anna').secret}").cookies["household_link"]
    assert cookie["secure"]


def test_no_page_passes_the_secret_on_and_nobody_keeps_it(client: Client) -> None:
    for secret in (links.make_link("Anna").secret, "wrong"):
        headers = client.get(f"/h/{secret}").headers
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "no-store" in headers["Cache-Control"]


# --- what it does not open --------------------------------------------------------------------


def test_a_stranger_is_still_sent_to_the_sign_in_page(client: Client) -> None:
    links.make_link("Anna")
    assert client.get("/").headers["Location"] == "/sign-in/?next=/"


@pytest.mark.parametrize("path", ["/admin/", "/admin/viewers/householdlink/", "/status/"])
def test_a_link_opens_no_page_of_those_who_run_the_server(phone: Phone, path: str) -> None:
    response = phone.client.get(path)
    assert response.status_code in (302, 403)
    assert re.search("login|sign-in", response.headers.get("Location", "/admin/login/"))


def test_a_link_opens_no_status_for_programs(phone: Phone) -> None:
    assert phone.client.get("/api/v1/status/").status_code == 403


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_link_writes_nothing_through_the_api(phone: Phone, method: str) -> None:
    station = make_station()
    response = getattr(phone.client, method)(f"/api/v1/stations/{station.pk}/")
    assert response.status_code in (403, 405)


def test_a_wrong_link_is_told_what_to_do(client: Client) -> None:
    response = client.get("/h/wrong")
    assert response.status_code == 404
    assert "Ask whoever runs this server for a new one." in response.content.decode()
    assert "household_link" not in response.cookies


@pytest.mark.parametrize("cookie", ["wrong", "", "\xe9", "x" * 4_000, "a b", "%00"])
def test_a_made_up_cookie_opens_nothing(client: Client, cookie: str) -> None:
    client.cookies["household_link"] = cookie
    assert client.get("/").status_code == 302


# --- the secret -------------------------------------------------------------------------------


def test_a_secret_has_128_bits_and_is_stored_as_a_fingerprint_alone() -> None:
    new = links.make_link("Anna")
    assert len(new.secret) == 26
    stored = HouseholdLink.objects.values().get()
    assert new.secret not in str(stored)
    assert stored["secret_digest"] != ""


def test_no_two_links_have_one_secret() -> None:
    assert links.make_link("Anna").secret != links.make_link("Ben").secret


# --- revoked ------------------------------------------------------------------------------------


def test_a_revoked_link_ends_with_the_next_request(phone: Phone) -> None:
    assert phone.client.get("/").status_code == 200
    phone.link.delete()
    assert phone.client.get("/").headers["Location"] == "/sign-in/?next=/"


def test_a_revoked_link_takes_the_page_that_refreshes_itself_along(phone: Phone) -> None:
    phone.link.delete()
    response = phone.client.get("/cards/", headers={"HX-Request": "true"})
    assert (response.status_code, response.headers["HX-Refresh"]) == (401, "true")


def test_a_revoked_link_is_forgotten_by_its_phone(phone: Phone) -> None:
    phone.link.delete()
    assert phone.client.get("/").cookies["household_link"]["max-age"] == 0


def test_revoking_one_leaves_the_others(phone: Phone) -> None:
    other = phone_of("Ben")
    phone.link.delete()
    assert other.client.get("/").status_code == 200


# --- last used ----------------------------------------------------------------------------------


def test_a_link_that_is_looked_through_was_used_now(phone: Phone) -> None:
    phone.client.get("/")
    used_at = phone.stored().last_used_at
    assert used_at is not None and timezone.now() - used_at < timedelta(minutes=5)


def test_use_is_written_once_an_hour(phone: Phone) -> None:
    phone.client.get("/")
    with CaptureQueriesContext(connection) as queries:
        for path in ("/", "/cards/", "/wall/"):
            phone.client.get(path)
    assert writes(queries) == []


def test_after_an_hour_it_is_written_again_and_the_cookie_begins_anew(phone: Phone) -> None:
    use_at(phone.link, hours_ago=1.1)
    response = phone.client.get("/cards/")
    used_at = phone.stored().last_used_at
    assert used_at is not None and timezone.now() - used_at < timedelta(minutes=5)
    assert response.cookies["household_link"]["max-age"] >= 365 * 86_400


def test_a_use_in_the_future_is_put_right(phone: Phone) -> None:
    """The computer's clock ran ahead for a while."""
    use_at(phone.link, hours_ago=-48)
    phone.client.get("/")
    used_at = phone.stored().last_used_at
    assert used_at is not None and used_at <= timezone.now()


def test_a_messenger_that_opens_a_link_uses_nothing(client: Client) -> None:
    """It fetches what was sent, and goes on without cookies."""
    link, secret = links.make_link("Anna")
    for method in (client.get, client.head):
        method(f"/h/{secret}")
    Client().get(f"/h/{secret}")
    link.refresh_from_db()
    assert link.last_used_at is None
    assert client.get(f"/h/{secret}").status_code == 302


def test_to_open_a_link_writes_nothing(client: Client) -> None:
    secret = links.make_link("Anna").secret
    with CaptureQueriesContext(connection) as queries:
        client.get(f"/h/{secret}")
    assert writes(queries) == []


def test_a_head_request_gets_no_cookie(client: Client) -> None:
    assert "household_link" not in client.head(f"/h/{links.make_link('Anna').secret}").cookies


@pytest.mark.parametrize("header", [{"Sec-Purpose": "prefetch;prerender"}, {"X-Moz": "prefetch"}])
def test_a_browser_that_fetches_ahead_is_asked_to_come_again(
    client: Client, header: dict[str, str]
) -> None:
    response = client.get(f"/h/{links.make_link('Anna').secret}", headers=header)
    assert response.status_code == 503
    assert "household_link" not in response.cookies


def test_a_disk_that_takes_nothing_keeps_nobody_out(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> None:
        raise DatabaseError("full") from sqlite3.OperationalError("full")

    monkeypatch.setattr(links, "write_transaction", full)
    assert phone.client.get("/").status_code == 200


# --- beside a sign-in ---------------------------------------------------------------------------


def test_who_is_signed_in_needs_no_link_and_uses_none(
    phone: Phone, django_user_model: type[User]
) -> None:
    phone.client.force_login(django_user_model.objects.create_user("bob"))
    phone.client.get("/")
    assert phone.stored().last_used_at is None


def test_who_is_signed_in_stays_in_when_the_link_goes(
    phone: Phone, django_user_model: type[User]
) -> None:
    phone.client.force_login(django_user_model.objects.create_user("bob"))
    phone.link.delete()
    assert phone.client.get("/").status_code == 200


# --- guesses ------------------------------------------------------------------------------------


@pytest.fixture
def three_guesses(settings: Settings) -> None:
    settings.REFUSAL_RATE_LIMIT, settings.REFUSAL_RATE_BURST = 1, 3


@pytest.mark.usefixtures("three_guesses")
def test_who_tries_links_out_has_to_wait(client: Client) -> None:
    statuses = [client.get(f"/h/guess-{n}").status_code for n in range(5)]
    assert statuses == [404, 404, 404, 429, 429]


@pytest.mark.usefixtures("three_guesses")
def test_meanwhile_even_the_right_link_is_not_looked_up(client: Client) -> None:
    secret = links.make_link("Anna").secret
    for number in range(3):
        client.get(f"/h/guess-{number}")
    response = client.get(f"/h/{secret}")
    assert (response.status_code, "household_link" in response.cookies) == (429, False)
    assert int(response.headers["Retry-After"]) in range(1, 61)
    assert "Wait a minute, then open yours again." in response.content.decode()


@pytest.mark.usefixtures("three_guesses")
def test_guesses_in_a_cookie_count_as_well(client: Client) -> None:
    for number in range(3):
        client.cookies["household_link"] = f"guess-{number}"
        client.get("/")
    assert client.get("/h/guess").status_code == 429


def guess_links(client: Client, count: int = 4) -> None:
    for number in range(count):
        client.get(f"/h/guess-{number}")


@pytest.mark.usefixtures("three_guesses")
def test_a_phone_of_an_address_that_has_to_wait_is_told_so(phone: Phone, client: Client) -> None:
    guess_links(client)
    response = phone.client.get("/")
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) in range(1, 61)
    assert "Wait a minute, then open yours again." in response.content.decode()


@pytest.mark.usefixtures("three_guesses")
def test_it_keeps_the_link_that_was_not_looked_up(phone: Phone, client: Client) -> None:
    guess_links(client)
    for path in ("/", "/cards/", "/settings/", "/api/v1/stations/"):
        assert "household_link" not in phone.client.get(path).cookies


@pytest.mark.usefixtures("three_guesses")
def test_a_page_that_refreshes_itself_waits_where_it_is(phone: Phone, client: Client) -> None:
    guess_links(client)
    response = phone.client.get("/cards/", headers={"HX-Request": "true"})
    assert (response.status_code, "HX-Refresh" in response.headers) == (429, False)


@pytest.mark.usefixtures("three_guesses")
def test_a_program_with_a_link_is_told_when_to_come_again(phone: Phone, client: Client) -> None:
    guess_links(client)
    response = phone.client.get("/api/v1/stations/")
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) in range(1, 61)


@pytest.mark.usefixtures("three_guesses")
def test_the_last_guess_before_the_wait_is_forgotten(phone: Phone, client: Client) -> None:
    guess_links(client, 2)
    phone.link.delete()
    assert phone.client.get("/").cookies["household_link"]["max-age"] == 0


@pytest.mark.usefixtures("three_guesses")
def test_who_has_no_link_does_not_have_to_wait(client: Client) -> None:
    guess_links(client)
    assert client.get("/").headers["Location"] == "/sign-in/?next=/"


@pytest.mark.usefixtures("three_guesses")
def test_another_address_does_not_have_to_wait(client: Client) -> None:
    secret = links.make_link("Anna").secret
    for number in range(4):
        client.get(f"/h/guess-{number}")
    assert client.get(f"/h/{secret}", REMOTE_ADDR="192.168.1.7").status_code == 302


@pytest.mark.usefixtures("three_guesses")
def test_a_board_with_a_wrong_key_locks_no_phone_out(client: Client) -> None:
    secret = links.make_link("Anna").secret
    for _ in range(5):
        client.get("/update/API_key=wrong/mac=5c:cf:7f:0a:1b:2c/field=1/data=1")
    assert client.get(f"/h/{secret}").status_code == 302


@pytest.mark.usefixtures("three_guesses")
def test_a_link_that_works_is_no_guess(client: Client) -> None:
    secret = links.make_link("Anna").secret
    assert {client.get(f"/h/{secret}").status_code for _ in range(9)} == {302}
