"""What every page forbids itself."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.factories import make_readings, make_sensor
from tests.stations.pages import ADD, LIST, page_of, removal_of

pytestmark = pytest.mark.django_db

PAGES = [
    "/",
    "/alerts/",
    "/status/",
    "/api/v1/docs/",
    "/sign-in/",
    "/admin/",
    "/admin/login/",
    LIST,
    ADD,
    "/nowhere/",
    "/healthz",
]
_INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son[a-z]+=", re.IGNORECASE)


@pytest.mark.parametrize("path", PAGES)
def test_nothing_may_load_from_elsewhere_or_stand_in_a_page(
    admin_client: Client, path: str
) -> None:
    policy = admin_client.get(path).headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ],
)
@pytest.mark.parametrize("path", PAGES)
def test_every_page_says_the_rest_as_well(
    admin_client: Client, path: str, header: str, value: str
) -> None:
    assert admin_client.get(path).headers[header] == value


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/alerts/",
        "/status/",
        "/api/v1/docs/",
        "/sign-in/",
        "/admin/",
        "/admin/login/",
        LIST,
        ADD,
    ],
)
def test_no_page_carries_script_or_style_of_its_own(admin_client: Client, path: str) -> None:
    make_readings()
    assert _INLINE.findall(admin_client.get(path).content.decode()) == []


@pytest.mark.parametrize("page", ["change", "delete", "history", "rotate-key", "end-old-key"])
def test_no_page_of_a_station_carries_script_or_style_of_its_own(
    admin_client: Client, page: str
) -> None:
    station = make_sensor().station
    html = admin_client.get(page_of(station, page)).content.decode()
    assert _INLINE.findall(html) == []


def test_no_page_of_a_sensor_carries_script_or_style_of_its_own(admin_client: Client) -> None:
    html = admin_client.get(removal_of(make_sensor())).content.decode()
    assert _INLINE.findall(html) == []


@pytest.mark.parametrize(
    "html", ["<script>x</script>", "<style>", '<p style="x">', '<a onclick="x">']
)
def test_inline_script_and_style_would_be_found(html: str) -> None:
    assert _INLINE.search(html)


def test_admin_is_found_without_its_slash(client: Client) -> None:
    assert client.get("/admin").headers["Location"] == "/admin/"
