"""What a board fetches an update from."""

from __future__ import annotations

import hmac
from typing import Any

import pytest
from django.test import Client, override_settings

from firmware import releases, verbs
from stations import keys
from stations import verbs as station_verbs
from stations.models import Station
from tests.factories import TUTORIAL_KEY, make_station

pytestmark = pytest.mark.django_db


@pytest.fixture
def station() -> Station:
    station = make_station()
    verbs.allow_updates([station.pk], True)
    return station


def get(client: Client, station: Station, path: str, key: str = TUTORIAL_KEY, **query: str) -> Any:
    return client.get(
        path, {"mac": station.mac, **query}, headers={"Authorization": f"Bearer {key}"}
    )


def signed_with(text: str) -> str:
    """Return which of two keys signed a manifest."""
    body, _, signature = text.rpartition("hmac ")
    for key in (TUTORIAL_KEY, "an0ther-key-of-the-board"):
        made = hmac.new(keys.digest(key).encode(), body.encode(), "sha256").hexdigest()
        if made == signature.strip():
            return key
    return ""


def test_manifest_is_signed_for_this_station(client: Client, station: Station) -> None:
    reply = get(client, station, "/firmware/manifest", nonce="abc")
    assert reply.status_code == 200
    assert f"version {releases.current().version}\nnonce abc\n" in reply.content.decode()
    assert signed_with(reply.content.decode()) == TUTORIAL_KEY


def test_manifest_is_signed_with_the_key_that_asked(client: Client, station: Station) -> None:
    """During a rotation a board may know only the old one."""
    station_verbs.rotate_key(station, "an0ther-key-of-the-board")
    for key in (TUTORIAL_KEY, "an0ther-key-of-the-board"):
        reply = get(client, station, "/firmware/manifest", key, nonce="abc")
        assert signed_with(reply.content.decode()) == key


def test_every_file_comes_byte_for_byte(client: Client, station: Station) -> None:
    for file in releases.current().files:
        reply = get(client, station, f"/firmware/files/{file.name}")
        assert reply.content == (releases.FOLDER / file.name).read_bytes()
        assert int(reply["Content-Length"]) == file.size


@pytest.mark.parametrize("name", ["config.py", "main.py", "sets.py", "nothing.py", "..%2Fverbs.py"])
def test_no_other_file_is_handed_out(client: Client, station: Station, name: str) -> None:
    reply = get(client, station, f"/firmware/files/{name}")
    assert reply.status_code == 404


@pytest.mark.parametrize("path", ["/firmware/manifest", "/firmware/files/run.py"])
@pytest.mark.parametrize("case", ["wrong key", "updates off", "never reported", "inactive"])
def test_only_a_station_with_updates_on_is_served(
    client: Client, station: Station, path: str, case: str
) -> None:
    if case == "updates off":
        verbs.allow_updates([station.pk], False)
    elif case == "never reported":
        station = make_station()
    elif case == "inactive":
        station_verbs.set_active([station.pk], False)
    key = "wrong" if case == "wrong key" else TUTORIAL_KEY
    assert get(client, station, path, key).status_code == 403


@pytest.mark.parametrize("nonce", ["a b", "x" * 33, "é", "a\nversion"])
def test_strange_nonce_is_refused(client: Client, station: Station, nonce: str) -> None:
    assert get(client, station, "/firmware/manifest", nonce=nonce).status_code == 400


@pytest.mark.parametrize("path", ["/firmware/manifest", "/firmware/files/run.py"])
def test_get_only(client: Client, path: str) -> None:
    assert client.post(path).status_code in (403, 405)


@pytest.mark.parametrize(
    "path", ["/firmware/report", "/firmware/manifest", "/firmware/files/run.py"]
)
@override_settings(SECURE_SSL_REDIRECT=True)
def test_boards_are_not_sent_to_https(client: Client, path: str) -> None:
    assert client.get(path).status_code in (403, 405)


@override_settings(SECURE_SSL_REDIRECT=True)
def test_a_backlog_is_not_sent_to_https(client: Client) -> None:
    assert client.post("/api/v1/readings/").status_code != 301


def test_replies_have_no_cookie_and_no_redirect(client: Client, station: Station) -> None:
    for path in ("/firmware/manifest", "/firmware/files/run.py", "/firmware/files/no.py"):
        reply = get(client, station, path)
        assert not reply.cookies
        assert reply.status_code not in (301, 302)
        assert reply["Content-Length"] == str(len(reply.content))
