"""Which names the server answers to."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from iotserver.middleware import is_household_name

pytestmark = pytest.mark.django_db


def answer(client: Client, host: str) -> bytes:
    return client.get("/healthz", headers={"host": host}).content


@pytest.mark.parametrize(
    "host",
    [
        "192.168.1.20",
        "192.168.1.20:8000",
        "[fd00::1]",
        "[fd00::1]:8000",
        "[::1]:8000",
        "localhost:8000",
        "raspberrypi",
        "raspberrypi:8000",
        "RASPBERRYPI.LOCAL",
        "iot.fritz.box",
        "iot.home.arpa:80",
        "iot.lan",
        "pi.tail1234.ts.net",
    ],
)
def test_an_address_or_name_of_the_house_is_answered(client: Client, host: str) -> None:
    assert answer(client, host) == b"ok"


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8000",
        "192.168.1.20.evil.example",
        "localhost.evil.example",
        "raspberrypi.local.evil.example",
        "eviliot.fritz.box.example",
        "notlocal.evillocal.example",
        "evil.example@raspberrypi",
        "[::1].evil.example",
        "",
    ],
)
def test_a_foreign_domain_is_told_what_to_do(client: Client, host: str) -> None:
    assert b"add it to ALLOWED_HOSTS in .env" in answer(client, host)


def test_a_suffix_counts_at_a_dot_only() -> None:
    assert not is_household_name("evil-fritz.box")


def test_a_name_that_the_household_allowed_is_answered(client: Client, settings: Settings) -> None:
    settings.EXTRA_HOSTS = ["weather.example.org"]
    assert answer(client, "weather.example.org:443") == b"ok"


def test_a_suffix_that_the_household_allowed_is_answered(
    client: Client, settings: Settings
) -> None:
    settings.EXTRA_HOSTS = [".example.org"]
    assert answer(client, "weather.example.org") == b"ok"


def test_allowing_one_name_allows_no_other(client: Client, settings: Settings) -> None:
    settings.EXTRA_HOSTS = ["weather.example.org"]
    assert b"ALLOWED_HOSTS" in answer(client, "other.example.org")


def test_a_forwarded_name_does_not_count(client: Client) -> None:
    headers = {"host": "evil.example", "x-forwarded-host": "localhost"}
    assert b"ALLOWED_HOSTS" in client.get("/healthz", headers=headers).content
