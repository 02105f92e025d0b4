"""The household's page, and browsers that ask to be told."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from alerts import browsers, outbox
from alerts.courier import carry
from alerts.models import Browser, Channel, Condition, Delivery, Event, Kind
from alerts.webpush import vapid
from readings.times import DAY_MS, now_ms
from tests.alerts.push_reader import PushReader
from tests.alerts.receivers import Receiver
from tests.alerts.webpush.test_vapid import verified
from viewers import links

pytestmark = pytest.mark.django_db

_ENDPOINT = "https://push.example.org/needle"


@pytest.fixture
def member(client: Client) -> Client:
    """A member of the household, signed in."""
    client.force_login(User.objects.create_user("mum"))
    return client


def _event(kind: str = Kind.SILENCE, *, is_raised: bool = True, ago: int = 0, **more: Any) -> Event:
    at = now_ms() - ago
    details = {"station": "Attic", "since": at, "lasted_s": 2_400} | more
    event = Event.objects.create(
        cause=f"{kind}:1",
        kind=kind,
        is_raised=is_raised,
        happened_at=at,
        created_at=at,
        details=details,
    )
    Condition.objects.update_or_create(cause=event.cause, defaults={"is_raised": is_raised})
    return event


def _page(client: Client) -> str:
    return client.get("/alerts/").content.decode()


def _subscribe(client: Client, reader: PushReader | None = None, **values: Any) -> Any:
    reader = reader or PushReader()
    given = {"endpoint": _ENDPOINT, "p256dh": reader.p256dh, "auth": reader.auth} | values
    return client.post("/alerts/subscribe/", json.dumps(given), content_type="application/json")


# --- the page ---------------------------------------------------------------------------


def test_a_quiet_house_is_told_so(member: Client) -> None:
    page = _page(member)
    assert "All is well" in page
    assert "Nothing happened" in page


def test_what_is_wrong_now_stands_on_top(member: Client) -> None:
    _event()
    page = _page(member)
    assert "One thing needs a look" in page
    assert page.count("Attic is silent") == 2
    assert "Check its power and Wi-Fi, then its key." in page


def test_what_is_over_is_only_listed(member: Client) -> None:
    _event(ago=2_000)
    _event(is_raised=False)
    page = _page(member)
    assert "All is well" in page
    assert "Attic posts again" in page
    assert "It was silent for 40 minutes." in page


def test_open_windows_are_nothing_wrong(member: Client) -> None:
    _event(Kind.ADVICE, sentence="1.8 °C cooler outside.")
    page = _page(member)
    assert "All is well" in page
    assert "Open the windows" in page


def test_what_is_a_month_old_is_not_shown(member: Client) -> None:
    _event(is_raised=False, ago=31 * DAY_MS)
    assert "Attic" not in _page(member)


def test_paths_and_commands_are_for_the_operator(member: Client, admin_client: Client) -> None:
    _event(Kind.TROUBLE, trouble="backup", text="No room in /srv/needle.")
    assert "The backup failed" in _page(member)
    assert "needle" not in _page(member)
    assert "needle" in _page(admin_client)


def test_a_name_cannot_smuggle_markup_in(member: Client) -> None:
    _event(station="<script>x</script>")
    assert "<script>x" not in _page(member)


def test_strangers_are_sent_to_sign_in(client: Client) -> None:
    assert client.get("/alerts/").headers["Location"].startswith("/sign-in/")
    assert _subscribe(client).status_code == 302
    assert not Browser.objects.exists()


def test_a_broken_key_takes_the_switch_away_and_leaves_the_list(
    member: Client, settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings.DATA_DIR = tmp_path
    vapid.key_file().write_text("")
    _event()
    page = _page(member)
    assert "Attic is silent" in page
    assert "browser-switch" not in page
    assert "Delete it: a new one is made." in caplog.text


def test_the_service_worker_is_for_the_whole_site_and_loads_nothing(client: Client) -> None:
    response = client.get("/service-worker.js")
    assert response.headers["Content-Type"] == "text/javascript"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'"


# --- subscribing --------------------------------------------------------------------------


def test_a_browser_is_kept_with_what_it_needs(member: Client) -> None:
    reader = PushReader()
    member.cookies["temperature_unit"] = "F"
    assert _subscribe(member, reader).json() == {"text": "This browser is told."}
    browser = Browser.objects.get()
    assert (browser.endpoint, browser.p256dh, browser.auth) == (
        _ENDPOINT,
        reader.p256dh,
        reader.auth,
    )
    assert (browser.unit, browser.origin) == ("F", "http://testserver")
    assert browser.viewer == f"user:{User.objects.get().pk}"


def test_the_first_browser_brings_its_channel(member: Client) -> None:
    _subscribe(member)
    _subscribe(member, endpoint=f"{_ENDPOINT}2")
    assert [channel.name for channel in Channel.objects.all()] == ["Browsers"]


def test_a_browser_that_subscribes_again_is_kept_once(member: Client) -> None:
    reader = PushReader()
    _subscribe(member)
    _subscribe(member, reader)
    assert Browser.objects.get().auth == reader.auth


def test_a_browser_is_forgotten(member: Client) -> None:
    _subscribe(member)
    given = json.dumps({"endpoint": _ENDPOINT})
    member.post("/alerts/unsubscribe/", given, content_type="application/json")
    assert not Browser.objects.exists()


def test_only_so_many_browsers_are_told(member: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browsers, "MOST_BROWSERS", 2)
    statuses = [_subscribe(member, endpoint=f"{_ENDPOINT}{n}").status_code for n in (1, 2, 3, 1)]
    assert statuses == [200, 200, 400, 200]


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.org/",
        "https://127.0.0.1/",
        "https://[::1]:8443/",
        "https://192.168.178.1/",
        "https://user@push.example.org/",
        "https://",
        "https://x:y/",
        "https://[/",
        "javascript:alert(1)",
        "",
        f"https://push.example.org/{'x' * 1_000}",
        5,
        None,
    ],
)
def test_an_endpoint_that_is_no_push_service_is_refused(member: Client, endpoint: object) -> None:
    response = _subscribe(member, endpoint=endpoint)
    assert response.status_code == 400
    assert response.json()["text"].endswith("can be used.")
    assert not Browser.objects.exists()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"5", b"null", b'{"endpoint": "x"}', b"\xff"])
@pytest.mark.parametrize("path", ["/alerts/subscribe/", "/alerts/unsubscribe/"])
def test_what_is_no_subscription_is_refused(member: Client, body: bytes, path: str) -> None:
    if (path, body) == ("/alerts/unsubscribe/", b'{"endpoint": "x"}'):
        return  # that one would do
    assert member.post(path, body, content_type="application/json").status_code == 400


def test_a_foreign_page_subscribes_nobody() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_user("mum"))
    assert _subscribe(client).status_code == 403


# --- being told -----------------------------------------------------------------------------


@pytest.fixture
def subscribed(member: Client, push_service: Receiver) -> tuple[Receiver, PushReader]:
    """A browser whose push service runs on this machine."""
    reader = PushReader()
    endpoint = f"https://localhost:{push_service.port}/needle"
    assert _subscribe(member, reader, endpoint=endpoint).status_code == 200
    Channel.objects.update(is_in_house=True)
    return push_service, reader


def _tell(event: Event) -> None:
    outbox.queue(event, now_ms())
    for delivery in outbox.due(now_ms()):
        carry(delivery)


def test_a_browser_alone_can_read_what_it_is_told(
    subscribed: tuple[Receiver, PushReader],
) -> None:
    service, reader = subscribed
    _tell(_event())
    request = service.next()
    told = json.loads(reader.read(request.body))
    assert told["title"] == "Attic is silent"
    assert told["tag"] == "silence:1"
    assert "Check its power" in told["body"]
    assert request.headers["Content-Encoding"] == "aes128gcm"
    claims = verified(request.headers["Authorization"])
    assert claims["aud"] == f"https://localhost:{service.port}"
    assert Delivery.objects.get().state == "sent"


def test_a_push_service_sees_nothing_of_it(subscribed: tuple[Receiver, PushReader]) -> None:
    service, _ = subscribed
    _tell(_event())
    request = service.next()
    seen = request.body + repr(request.headers).encode()
    assert b"Attic" not in seen
    assert b"Attic" not in base64.b64encode(seen)


def test_a_browser_whose_service_knows_it_no_more_is_forgotten(
    subscribed: tuple[Receiver, PushReader],
) -> None:
    service, _ = subscribed
    service.statuses.append(410)
    _tell(_event())
    assert not Browser.objects.exists()


def test_paths_of_the_server_go_to_no_browser(subscribed: tuple[Receiver, PushReader]) -> None:
    service, reader = subscribed
    _tell(_event(Kind.TROUBLE, trouble="backup", text="No room in /srv/needle."))
    told = json.loads(reader.read(service.next().body))
    assert (told["title"], told["body"]) == ("The backup failed", "")


@pytest.mark.parametrize("how", ["deactivated", "deleted"])
def test_who_may_look_no_longer_is_told_nothing(
    subscribed: tuple[Receiver, PushReader], how: str
) -> None:
    service, _ = subscribed
    if how == "deleted":
        User.objects.all().delete()
    else:
        User.objects.update(is_active=False)
    _tell(_event())
    assert service.arrived.empty()
    assert not Browser.objects.exists()


def test_nothing_is_sent_to_a_push_service_in_the_house_unless_that_is_meant(
    subscribed: tuple[Receiver, PushReader],
) -> None:
    service, _ = subscribed
    Channel.objects.update(is_in_house=False)
    _tell(_event())
    assert service.arrived.empty()
    assert "house's own network" in Delivery.objects.get().outcome


def test_a_long_message_is_cut_to_what_push_services_take() -> None:
    body = browsers.payload("Title", "ü" * 10_000, "tag")
    assert len(body) <= 3_993
    assert json.loads(body)["body"].endswith("…")


def test_who_came_by_a_household_link_is_told_until_it_is_revoked(
    client: Client, push_service: Receiver, settings: Settings
) -> None:
    new = links.make_link("Mum's phone")
    client.cookies[settings.LINK_COOKIE_NAME] = new.secret
    endpoint = f"https://localhost:{push_service.port}/needle"
    assert _subscribe(client, endpoint=endpoint).status_code == 200
    Channel.objects.update(is_in_house=True)
    _tell(_event())
    assert push_service.next()
    new.link.delete()
    _tell(_event(is_raised=False))
    assert push_service.arrived.empty()
    assert not Browser.objects.exists()
