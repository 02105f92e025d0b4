"""The household's alerts in a real Chromium: the page, subscribing, a notification.

No push service is within reach of a test: the browser's subscription alone is made up, with
real keys. That a message arrives encrypted and readable, `alerts/test_views.py` shows.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import DESKTOP, PHONE, Household, OpenPage, Scheme
from tests.e2e.test_accessibility import violations

_EVENTS = """
from alerts.models import *
from readings.times import now_ms, HOUR_MS
from upkeep import results
def add(cause, kind, is_raised, hours, **details):
    at = now_ms() - int(hours * HOUR_MS)
    Event.objects.create(cause=cause, kind=kind, is_raised=is_raised, happened_at=at,
                         created_at=at, details=details)
since = now_ms() - 27 * HOUR_MS
freezer = dict(station="Freezer", sensor="", quantity="temperature", unit="C", limit=-15.0,
               is_above=True, since=since, lasted_s=1500)
add("silence:8", "silence", True, 26, station="Garden", since=since)
add("silence:8", "silence", False, 25, station="Garden", since=since, lasted_s=6000)
add("threshold:9", "threshold", True, 5, value=-9.8, **freezer)
add("threshold:9", "threshold", False, 4, value=-16.2, **freezer)
add("advice:1", "advice", True, 3, sentence="It is 1.8 °C cooler outside.")
add("silence:9", "silence", True, 1, station="Attic", since=since)
Condition.objects.create(cause="trouble:backup", is_raised=True)  # so that the watcher adds none
add("trouble:backup", "trouble", True, 0.1, trouble="backup", text="No room for a backup.")
results.record("backup", is_ok=False, text="No room for a backup.")
"""
# Everything but the push service behind it is the browser's own.
_SUBSCRIBE = """
let made = null;
const text = (raw) => btoa(String.fromCharCode(...new Uint8Array(raw)))
  .replace(/\\+/g, "-").replace(/\\//g, "_").replace(/=/g, "");
PushManager.prototype.getSubscription = async () => made;
PushManager.prototype.subscribe = async (options) => {
  const pair = await crypto.subtle.generateKey({name: "ECDH", namedCurve: "P-256"}, true,
                                               ["deriveBits"]);
  const keys = {p256dh: text(await crypto.subtle.exportKey("raw", pair.publicKey)),
                auth: text(crypto.getRandomValues(new Uint8Array(16)))};
  const key = options.applicationServerKey;
  made = {options: {applicationServerKey: key}, unsubscribe: async () => { made = null; },
          toJSON: () => ({endpoint: "https://push.example.org/abc", keys})};
  return made;
};
"""
_SHOWN = """async (title) => {
  const worker = await navigator.serviceWorker.ready;
  let shown = [];
  for (let tries = 0; tries < 300 && shown[0]?.title !== title; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    shown = await worker.getNotifications();
  }
  return shown.map((one) => [one.title, one.body, one.tag]);
}"""
_BROWSERS = "SELECT endpoint, label FROM alerts_browser"


def _push(context: BrowserContext, page: Page, origin: str, **told: str) -> None:
    """Deliver a message to the page's service worker, as Chromium would what a service sent."""
    session = context.new_cdp_session(page)
    found: list[str] = []

    def note(event: dict[str, Any]) -> None:
        found.extend(one["registrationId"] for one in event["registrations"])

    session.on("ServiceWorker.workerRegistrationUpdated", note)
    session.send("ServiceWorker.enable")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    for _ in range(1_000):  # each turn lets in what the browser tells meanwhile
        if found:
            break
        page.evaluate("() => new Promise(requestAnimationFrame)")
    session.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": origin, "registrationId": found[0], "data": json.dumps(told)},
    )


def test_a_phone_asks_to_be_told_is_told_and_asks_for_it_no_more(
    household: Household, open_page: OpenPage
) -> None:
    server = household.server
    origin = server.url.replace("127.0.0.1", "localhost")  # where browsers trust plain HTTP
    visit = open_page(PHONE)
    page, context = visit.page, visit.page.context
    context.grant_permissions(["notifications"], origin=origin)
    page.add_init_script(_SUBSCRIBE)
    page.goto(f"{origin}/alerts/")

    page.get_by_role("button", name="Tell this device").click()
    expect(page.get_by_text("This device is told when something happens")).to_be_visible()
    assert server.query(_BROWSERS) == [("https://push.example.org/abc", "Chrome on Linux")]

    _push(context, page, origin, title="Attic is silent", body="Check its power.", tag="silence:1")
    shown = page.evaluate(_SHOWN, "Attic is silent")
    assert shown == [["Attic is silent", "Check its power.", "silence:1"]]
    _push(context, page, origin, title="Attic posts again", body="", tag="silence:1")
    assert page.evaluate(_SHOWN, "Attic posts again") == [["Attic posts again", "", "silence:1"]]

    page.get_by_role("button", name="Stop telling this device").click()
    expect(page.get_by_text("This device is not told")).to_be_visible()
    assert server.query(_BROWSERS) == []
    assert visit.complaints == []


@pytest.mark.parametrize(
    ("size", "scheme"), [(PHONE, "dark"), (DESKTOP, "light")], ids=["phone", "desktop"]
)
def test_the_page_fits_the_screen_and_axe_finds_nothing(
    household: Household, open_page: OpenPage, size: tuple[int, int], scheme: Scheme
) -> None:
    household.server.manage("shell", "-c", _EVENTS)
    visit = open_page(size, scheme)
    visit.page.goto(f"{household.server.url}/alerts/")
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("One thing needs a look")
    expect(visit.page.locator("#browser-note")).not_to_be_empty()
    assert visit.page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    assert violations(visit.page) == []
    assert visit.complaints == []


def test_on_plain_http_the_page_says_what_it_would_need(
    household: Household, open_page: OpenPage
) -> None:
    """Chromium trusts addresses of its own machine: it is told that this is another's."""
    visit = open_page()
    visit.page.add_init_script("Object.defineProperty(window, 'isSecureContext', {value: false})")
    visit.page.goto(f"{household.server.url}/alerts/")
    expect(visit.page.get_by_text("over HTTPS alone")).to_be_visible()
    expect(visit.page.get_by_role("button", name="Tell this device")).to_be_hidden()


def test_without_script_the_list_is_there(household: Household, open_page: OpenPage) -> None:
    household.server.manage("shell", "-c", _EVENTS)
    visit = open_page(script=False)
    visit.page.goto(f"{household.server.url}/alerts/")
    expect(visit.page.get_by_text("Garden posts again")).to_be_visible()
    expect(visit.page.get_by_text("Notifications need JavaScript")).to_be_visible()
