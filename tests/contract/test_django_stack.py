"""The device URLs behind Django's whole stack, as WSGI servers and `runserver` have them."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from readings.models import Reading
from tests.factories import make_station, update_path

pytestmark = pytest.mark.django_db


def test_the_middleware_sets_no_cookie_and_encodes_nothing() -> None:
    station = make_station()
    response = Client().get(update_path(station), headers={"accept-encoding": "gzip, deflate, br"})
    assert response.content == b"OK"
    assert not response.cookies
    assert not {"Location", "Content-Encoding", "Transfer-Encoding"} & set(response.headers)


def test_a_post_is_told_that_get_is_meant_and_nothing_of_csrf() -> None:
    response = Client(enforce_csrf_checks=True).post(update_path(make_station()))
    assert (response.status_code, response.headers["Allow"]) == (405, "GET")
    assert response.content == b"GET only"


def test_plain_http_is_answered_even_when_pages_move_to_https(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    response = Client().get(update_path(make_station()))
    assert response.content == b"OK"
    assert Reading.objects.count() == 1
