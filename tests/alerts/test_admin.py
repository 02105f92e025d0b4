"""The operator's pages: channels, rules, history."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client

from alerts.models import Browser, Channel, Delivery, Event, Kind, SilenceRule, ThresholdRule
from alerts.outgoing import dispatch
from alerts.outgoing.outcomes import Outcome
from tests.alerts.receivers import Receiver
from tests.factories import make_channel, make_readings, make_sensor, make_station

pytestmark = pytest.mark.django_db

_LIST, _ADD = "/admin/alerts/channel/", "/admin/alerts/channel/add/"


def _change(channel: Channel) -> str:
    return f"{_LIST}{channel.pk}/change/"


def _form(**values: str) -> dict[str, str]:
    """Return a filled form: a new channel to an ntfy of one's own that tells silence."""
    usual = {"name": "Mum's phone", "url": "", "is_active": "on", "tells_silence": "on"}
    return usual | {"quiet_from": "", "quiet_until": ""} | values


def _text(response: Any) -> str:
    return str(response.content.decode()).replace("&#x27;", "'")


def _save(client: Client, path: str, **values: str) -> str:
    return _text(client.post(path, _form(**values), follow=True))


def test_a_channel_is_added_and_its_address_never_shown_again(admin_client: Client) -> None:
    page = _save(admin_client, _ADD, url="ntfys://user:needle@ntfy.sh/needle-topic")
    channel = Channel.objects.get()
    assert channel.url == "ntfys://user:needle@ntfy.sh/needle-topic"
    assert channel.shown_as == "ntfy, ntfy.sh"
    pages = [page, _text(admin_client.get(_change(channel))), _text(admin_client.get(_LIST))]
    assert [text for text in pages if "needle" in text] == []
    assert "Leads to ntfy, ntfy.sh. Empty: it stays." in pages[1]


def test_an_address_that_is_left_empty_stays(admin_client: Client) -> None:
    channel = make_channel("ntfys://needle-topic")
    _save(admin_client, _change(channel), name="Dad's phone")
    channel.refresh_from_db()
    assert (channel.name, channel.url) == ("Dad's phone", "ntfys://needle-topic")


def test_a_new_channel_needs_an_address(admin_client: Client) -> None:
    assert "A channel needs an address." in _save(admin_client, _ADD)


def test_an_address_that_apprise_does_not_know_is_told(admin_client: Client) -> None:
    assert "Apprise does not know this kind of address" in _save(admin_client, _ADD, url="x://y")
    assert not Channel.objects.exists()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has many writers")
@pytest.mark.django_db(transaction=True)
def test_others_may_write_while_an_address_is_looked_at(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def describe(url: str) -> Outcome:
        with closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=0)) as other:
            other.execute("BEGIN IMMEDIATE")
        return Outcome(is_ok=True, text="ntfy")

    monkeypatch.setattr(dispatch, "describe", describe)
    _save(admin_client, _ADD, url="ntfys://needle-topic")
    assert Channel.objects.get().shown_as == "ntfy"


def test_quiet_hours_need_both_ends(admin_client: Client) -> None:
    page = _save(admin_client, _ADD, url="ntfys://needle-topic", quiet_from="22:00")
    assert "Quiet hours need a beginning and an end." in page


def test_the_log_of_changes_holds_no_address(admin_client: Client) -> None:
    _save(admin_client, _ADD, url="ntfys://needle-topic")
    channel = Channel.objects.get()
    _save(admin_client, _change(channel), url="ntfys://needle-other")
    assert "needle" not in _text(admin_client.get(f"{_LIST}{channel.pk}/history/"))


def test_a_test_arrives_and_its_outcome_is_a_sentence(admin_client: Client, ntfy: Receiver) -> None:
    channel = make_channel(ntfy.url, name="Mum's phone")
    assert "Send a test" in _text(admin_client.get(_change(channel)))
    page = _text(admin_client.post(f"{_LIST}{channel.pk}/test/", follow=True))
    assert "Mum's phone: ntfy took it." in page
    assert b"A test" in ntfy.next().body


def test_looking_at_the_tests_page_sends_nothing(admin_client: Client, ntfy: Receiver) -> None:
    channel = make_channel(ntfy.url)
    page = _text(admin_client.get(f"{_LIST}{channel.pk}/test/"))
    assert "quiet hours or not" in page
    assert ntfy.arrived.empty()


def test_a_test_that_fails_says_why(admin_client: Client, ntfy: Receiver) -> None:
    channel = make_channel(ntfy.url, name="Mum's phone", is_in_house=False)
    page = _text(admin_client.post(f"{_LIST}{channel.pk}/test/", follow=True))
    assert "Mum's phone: The address leads into the house's own network" in page
    assert Delivery.objects.get().state == "given up"


def test_tests_of_several_channels_are_sent_from_the_list(
    admin_client: Client, ntfy: Receiver
) -> None:
    channels = [make_channel(ntfy.url, name=name) for name in ("One", "Two")]
    form = {"action": "test_selected", "_selected_action": [one.pk for one in channels]}
    page = _text(admin_client.post(_LIST, form, follow=True))
    assert "One: ntfy took it." in page
    assert "Two: ntfy took it." in page


def test_a_test_of_browsers_needs_one(admin_client: Client) -> None:
    channel = make_channel(way=Channel.Way.BROWSERS, url="")
    page = _text(admin_client.post(f"{_LIST}{channel.pk}/test/", follow=True))
    assert "No browser asks to be told yet." in page


def test_a_test_is_no_event_for_the_household(admin_client: Client, ntfy: Receiver) -> None:
    channel = make_channel(ntfy.url)
    admin_client.post(f"{_LIST}{channel.pk}/test/")
    assert "A test" not in _text(admin_client.get("/alerts/"))


@pytest.fixture
def helper(client: Client) -> Client:
    """Somebody who may look at channels and change none."""
    user = User.objects.create_user("helper", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_channel"))
    client.force_login(user)
    return client


def test_who_may_only_look_sends_no_test(helper: Client, ntfy: Receiver) -> None:
    channel = make_channel(ntfy.url)
    assert helper.post(f"{_LIST}{channel.pk}/test/").status_code == 403
    assert ntfy.arrived.empty()


def test_who_may_only_look_sees_no_address(helper: Client) -> None:
    page = _text(helper.get(_change(make_channel("ntfys://needle-topic"))))
    assert "needle" not in page


def test_who_may_only_look_has_no_address_looked_at(
    helper: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(dispatch, "describe", asked.append)
    channel = make_channel()
    response = helper.post(_change(channel), _form(url="ntfys://needle-topic"))
    assert (response.status_code, asked) == (403, [])


def test_a_channel_that_is_gone_is_told(admin_client: Client) -> None:
    assert admin_client.post(f"{_LIST}99/test/").status_code == 404


def test_rules_are_made(admin_client: Client) -> None:
    sensor = make_sensor(make_station(name="Freezer"))
    rule = {"sensor": sensor.pk, "direction": "above", "limit": "-15", "hysteresis": "1"}
    admin_client.post(
        "/admin/alerts/thresholdrule/add/", rule | {"for_minutes": "10", "is_active": "on"}
    )
    admin_client.post(
        "/admin/alerts/silencerule/add/",
        {"station": sensor.station_id, "grace_minutes": "60", "is_told": "on"},
    )
    assert str(ThresholdRule.objects.get()) == "Freezer Temperature above -15"
    assert SilenceRule.objects.get().grace_minutes == 60


def test_a_negative_hysteresis_is_refused(admin_client: Client) -> None:
    rule = {"sensor": make_sensor().pk, "direction": "above", "limit": "1", "hysteresis": "-1"}
    page = _text(admin_client.post("/admin/alerts/thresholdrule/add/", rule | {"for_minutes": "0"}))
    assert "A distance is not negative." in page


@pytest.fixture
def history() -> Delivery:
    make_readings(make_station())
    event = Event.objects.create(
        cause="silence:1",
        kind=Kind.SILENCE,
        is_raised=True,
        happened_at=0,
        created_at=0,
        details={"station": "Attic", "since": 0},
    )
    return Delivery.objects.create(
        event=event, channel=make_channel(), due_at=0, state="sent", outcome="ntfy took it."
    )


def test_the_history_tells_what_was_sent(admin_client: Client, history: Delivery) -> None:
    page = _text(admin_client.get("/admin/alerts/delivery/"))
    assert "Attic is silent" in page
    assert "ntfy took it." in page


def test_the_history_cannot_be_changed(admin_client: Client, history: Delivery) -> None:
    path = f"/admin/alerts/delivery/{history.pk}/change/"
    assert admin_client.get(path).status_code == 200
    assert admin_client.post(path, {"state": "waiting"}).status_code == 403
    assert admin_client.get("/admin/alerts/delivery/add/").status_code == 403


def test_a_browser_can_be_removed(admin_client: Client) -> None:
    browser = Browser.objects.create(digest="a", label="Chrome on Android", created_at=0)
    assert "Chrome on Android" in _text(admin_client.get("/admin/alerts/browser/"))
    admin_client.post(f"/admin/alerts/browser/{browser.pk}/delete/", {"post": "yes"})
    assert not Browser.objects.exists()
