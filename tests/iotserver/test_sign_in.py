"""Signing in: lock-out after mistakes, sessions, and who may stay signed in."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.conf import settings as product
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from iotserver.sign_in import client_address

pytestmark = pytest.mark.django_db

PASSWORD = "correct-horse-battery"
TRIES = product.AXES_FAILURE_LIMIT
PAGES = ["/sign-in/", "/admin/login/"]


@pytest.fixture(autouse=True)
def mother() -> User:
    return User.objects.create_superuser("mother", password=PASSWORD)


def sign_in(
    client: Client, password: str = PASSWORD, *, page: str = "/sign-in/", **extra: str
) -> HttpResponse:
    form = {"username": "mother", "password": password}
    return client.post(page, form, **extra)  # type: ignore[return-value,arg-type]


def fail(client: Client, times: int = TRIES, **extra: str) -> list[int]:
    return [sign_in(client, "wrong", **extra).status_code for _ in range(times)]


def is_signed_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_the_right_password_signs_in(client: Client, page: str) -> None:
    sign_in(client, page=page)
    assert is_signed_in(client)


@pytest.mark.parametrize("page", PAGES)
def test_after_five_mistakes_even_the_right_password_has_to_wait(client: Client, page: str) -> None:
    assert fail(client, page=page) == [200, 200, 200, 200, 429]
    answer = sign_in(client, page=page)
    assert (answer.status_code, is_signed_in(client)) == (429, False)


def test_a_lock_out_says_what_to_do(client: Client) -> None:
    fail(client)
    answer = sign_in(client)
    assert "Wait 15 minutes, then sign in again" in answer.content.decode()
    assert answer.headers["Retry-After"] == "900"


def test_a_lock_out_page_obeys_the_policies_of_every_page(client: Client) -> None:
    fail(client)
    assert sign_in(client).headers["Content-Security-Policy"].startswith("default-src 'self'")


def test_a_lock_out_of_one_page_holds_on_the_other(client: Client) -> None:
    fail(client, page="/sign-in/")
    assert sign_in(client, page="/admin/login/").status_code == 429


def test_the_family_gets_in_while_a_stranger_is_locked_out(client: Client) -> None:
    fail(client, REMOTE_ADDR="203.0.113.9")
    assert sign_in(client, REMOTE_ADDR="192.168.1.20").status_code == 302


def test_a_forwarded_address_neither_helps_nor_harms(client: Client) -> None:
    spoofed = [fail(client, 1, HTTP_X_FORWARDED_FOR=f"192.0.2.{n}")[0] for n in range(TRIES)]
    assert spoofed == [200, 200, 200, 200, 429]


def test_behind_a_proxy_the_forwarded_address_counts(client: Client, settings: Settings) -> None:
    from stations.peers import parse_proxies

    settings.TRUSTED_PROXIES = parse_proxies(["127.0.0.1"])
    fail(client, HTTP_X_FORWARDED_FOR="1.1.1.1, 203.0.113.9")
    assert sign_in(client, HTTP_X_FORWARDED_FOR="2.2.2.2, 203.0.113.9").status_code == 429
    assert sign_in(client, HTTP_X_FORWARDED_FOR="192.168.1.20").status_code == 302


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        ("192.168.1.20", "192.168.1.20"),
        ("::ffff:192.168.1.20", "192.168.1.20"),
        ("2001:db8:0:1:aaaa::7", "2001:db8:0:1::"),
        ("", "0.0.0.0"),
    ],
)
def test_a_house_is_one_address(rf: RequestFactory, peer: str, address: str) -> None:
    assert client_address(rf.get("/", REMOTE_ADDR=peer)) == address


def test_a_lock_out_ends_by_itself(client: Client) -> None:
    fail(client)
    for attempt in AccessAttempt.objects.all():
        attempt.attempt_time -= timedelta(minutes=15, seconds=1)
        attempt.save()
    assert sign_in(client).status_code == 302


def test_trying_on_does_not_prolong_it(client: Client) -> None:
    fail(client)
    before = AccessAttempt.objects.values_list("attempt_time", "failures_since_start").get()
    fail(client, 3)
    assert AccessAttempt.objects.values_list("attempt_time", "failures_since_start").get() == before


def test_it_can_be_ended_from_the_command_line(client: Client) -> None:
    fail(client)
    call_command("axes_reset", verbosity=0)
    assert sign_in(client).status_code == 302


def test_signing_in_forgets_the_mistakes_before(client: Client) -> None:
    for _ in range(2):
        fail(client, TRIES - 1)
        assert sign_in(client).status_code == 302


def test_no_password_is_kept_or_logged(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for _ in range(TRIES + 1):
            form = {"username": "typed-in-the-wrong-field", "password": "s3cret-typo"}
            client.post("/sign-in/", form)
    kept = str(list(AccessAttempt.objects.values_list("get_data", "post_data")))
    assert "Locking out" in caplog.text
    assert not [w for w in ("s3cret", "wrong-field") if w in caplog.text or w in kept]


def test_a_lock_out_keeps_no_board_from_posting(client: Client) -> None:
    fail(client)
    assert client.get("/update/API_key=x/mac=y").content == b"missing field="


def test_signing_in_gives_a_new_session(client: Client) -> None:
    planted = client.session
    planted["cart"] = "anything"
    planted.save()
    sign_in(client)
    assert client.cookies[product.SESSION_COOKIE_NAME].value != planted.session_key
    assert not Session.objects.filter(pk=planted.session_key).exists()


def test_the_session_cookie_is_not_for_scripts_or_foreign_sites(client: Client) -> None:
    sign_in(client)
    cookie = client.cookies[product.SESSION_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_signing_out_ends_the_session_on_the_server(client: Client) -> None:
    sign_in(client)
    stolen = client.cookies[product.SESSION_COOKIE_NAME].value
    client.post("/sign-out/")
    thief = Client()
    thief.cookies[product.SESSION_COOKIE_NAME] = stolen
    assert not is_signed_in(thief)


def test_a_link_signs_nobody_out(client: Client) -> None:
    sign_in(client)
    assert client.get("/sign-out/").status_code == 405
    assert is_signed_in(client)


def test_changing_the_password_signs_out_everywhere_else(client: Client) -> None:
    other = Client()
    sign_in(client)
    sign_in(other)
    form = {"old_password": PASSWORD, "new_password1": PASSWORD + "2"}
    client.post("/admin/password_change/", form | {"new_password2": PASSWORD + "2"})
    assert (is_signed_in(client), is_signed_in(other)) == (True, False)


def test_a_password_set_on_the_command_line_signs_out_everywhere(
    client: Client, mother: User
) -> None:
    sign_in(client)
    mother.set_password("another-long-password")  # as manage.py changepassword does
    mother.save()
    assert not is_signed_in(client)


@pytest.mark.parametrize("page", [*PAGES, "/sign-out/", "/admin/password_change/"])
def test_a_form_of_a_foreign_site_is_refused(page: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get())
    assert client.post(page, {"username": "mother", "password": PASSWORD}).status_code == 403


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:x"])
def test_signing_in_leads_to_no_foreign_site(client: Client, target: str) -> None:
    form = {"username": "mother", "password": PASSWORD, "next": target}
    assert client.post("/sign-in/", form).headers["Location"] == "/"


@pytest.mark.parametrize("weak", ["short", "1234567890", "password123", "mother1234"])
def test_a_weak_password_is_refused(client: Client, weak: str) -> None:
    sign_in(client)
    form = {"old_password": PASSWORD, "new_password1": weak, "new_password2": weak}
    assert client.post("/admin/password_change/", form).status_code == 200
    assert sign_in(Client()).status_code == 302  # the old one still holds


def test_a_new_password_needs_the_present_one(client: Client) -> None:
    sign_in(client)
    new = PASSWORD + "2"
    form = {"old_password": "guessed", "new_password1": new, "new_password2": new}
    assert client.post("/admin/password_change/", form).status_code == 200
    assert sign_in(Client()).status_code == 302


def test_an_endless_name_is_a_mistake_like_any_other(client: Client) -> None:
    """PostgreSQL has no room for it where mistakes are counted."""
    response = client.post("/sign-in/", {"username": "a" * 9_000, "password": "guessed"})
    assert response.status_code == 200
    counted = AccessAttempt.objects.values_list("username", flat=True)
    assert [len(name or "") for name in counted] == [150]
