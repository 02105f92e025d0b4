"""The dashboard as a family meets it: in a browser, on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from readings.times import hour_of, now_ms
from tests.e2e.conftest import DESKTOP, PHONE, Household, OpenPage, Scheme

FIRST_VIEW_AT_MOST_BYTES = 100_000

# Chromium reports an installable page as one without complaints.
_NO_COMPLAINT: list[object] = []


def _value(page: Page, station: str) -> str:
    card = page.get_by_role("article", name=station)
    return card.locator("data").inner_text()


def _come_back_into_view(page: Page) -> None:
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_signing_in_shows_the_temperature(
    private_household: Household, open_page: OpenPage
) -> None:
    private_household.post("Living room", 21.5)
    page = open_page().page
    page.goto(private_household.server.url)
    page.get_by_label("Name").fill("admin")
    page.get_by_label("Password").fill(private_household.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("article", name="Living room").locator("data")).to_have_text("21.5")


def test_a_new_reading_appears_by_itself(household: Household, open_page: OpenPage) -> None:
    household.post("Living room", 21.5)
    page = open_page().page
    page.goto(household.server.url)
    household.post("Living room", 24.0)
    card = page.get_by_role("article", name="Living room")
    expect(card.locator("data")).to_have_text("24.0")


def test_coming_back_to_the_page_refreshes_it(household: Household, open_page: OpenPage) -> None:
    household.post("Living room", 21.5)
    page = open_page().page
    page.goto(household.server.url)
    household.post("Living room", 24.0)
    with page.expect_response(re.compile("/cards/")):
        _come_back_into_view(page)
    expect(page.get_by_role("article", name="Living room").locator("data")).to_have_text("24.0")


def test_the_advice_explains_itself_on_a_tap_and_stays_open(
    household: Household, open_page: OpenPage
) -> None:
    household.post("Living room", 26.0)
    household.post("Garden", 22.0)
    page = open_page().page
    page.goto(household.server.url)
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Open the windows: 4.0 °C cooler outside")
    explained = page.get_by_text("Garden: 22.0 °C")
    expect(explained).to_be_hidden()
    page.get_by_text("Why?").click()
    expect(explained).to_be_visible()
    household.post("Garden", 21.5)
    with page.expect_response(re.compile("/cards/")):
        _come_back_into_view(page)
    expect(page.get_by_text("Garden: 21.5 °C")).to_be_visible()


def test_without_news_nothing_is_drawn_again(household: Household, open_page: OpenPage) -> None:
    household.post("Living room", 21.5)
    page = open_page().page
    for _ in range(2):
        hour = hour_of(now_ms())
        page.goto(household.server.url)
        page.evaluate("document.querySelector('#cards').marked = true")
        with page.expect_response(re.compile("/cards/")) as response:
            _come_back_into_view(page)
        if hour == hour_of(now_ms()):
            break  # else once more: a full hour is news
    assert response.value.status == 304
    assert page.evaluate("document.querySelector('#cards').marked")


def test_a_lost_server_is_told_and_its_return_too(
    household: Household, open_page: OpenPage
) -> None:
    household.post("Living room", 21.5)
    page = open_page().page
    page.goto(household.server.url)
    household.server.stop()
    _come_back_into_view(page)
    note = page.get_by_text("No connection to the server. These values are as of")
    expect(note).to_be_visible()
    household.server.start()
    _come_back_into_view(page)
    expect(note).to_be_hidden()


def test_fahrenheit_is_one_touch_away(household: Household, open_page: OpenPage) -> None:
    household.post("Living room", 20.0)
    page = open_page().page
    page.goto(household.server.url)
    page.get_by_role("button", name="Show °F").click()
    expect(page.get_by_role("article", name="Living room").locator("data")).to_have_text("68.0")


def test_the_page_works_without_script(household: Household, open_page: OpenPage) -> None:
    household.post("Living room", 26.0)
    household.post("Garden", 22.0)
    page = open_page(script=False).page
    page.goto(household.server.url)
    assert _value(page, "Living room") == "26.0"
    page.get_by_text("Why?").click()
    expect(page.get_by_text("Garden: 22.0 °C")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_nothing_complains_and_nothing_foreign_loads(
    household: Household, open_page: OpenPage, size: tuple[int, int], scheme: Scheme
) -> None:
    household.post("Living room", 21.5)
    household.post("Garden", 14.0)
    visit = open_page(size, scheme)
    visit.page.goto(household.server.url, wait_until="networkidle")
    assert visit.complaints == []
    assert all(url.startswith(household.server.url) for url in visit.requested)


def test_it_fits_a_narrow_phone(household: Household, open_page: OpenPage) -> None:
    household.post("Living room", -21.5)
    page = open_page(PHONE).page
    page.goto(household.server.url)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_it_fits_a_narrow_phone_with_the_operators_links(
    private_household: Household, open_page: OpenPage
) -> None:
    private_household.post("Living room", 21.5)
    page = open_page(PHONE).page
    page.goto(private_household.server.url)
    page.get_by_label("Name").fill("admin")
    page.get_by_label("Password").fill(private_household.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_no_text_is_too_small_to_read(household: Household, open_page: OpenPage) -> None:
    household.post("Living room", 21.5)
    page = open_page(PHONE).page
    page.goto(household.server.url)
    smallest = page.evaluate(
        """Math.min(...[...document.querySelectorAll("body *")]
            .filter((node) => node.checkVisibility() && node.innerText)
            .map((node) => parseFloat(getComputedStyle(node).fontSize)))"""
    )
    assert smallest >= 12


def test_the_first_view_is_light(household: Household, open_page: OpenPage) -> None:
    household.post("Living room", 21.5)
    household.post("Garden", 14.0)
    page = open_page().page
    session = page.context.new_cdp_session(page)
    received: list[float] = []
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    session.send("Network.enable")
    page.goto(household.server.url, wait_until="networkidle")
    assert len(received) > 3, "the page, its style and its scripts were not counted"
    assert sum(received) < FIRST_VIEW_AT_MOST_BYTES


def test_a_phone_can_install_it(household: Household, open_page: OpenPage) -> None:
    page = open_page().page
    page.goto(household.server.url, wait_until="networkidle")
    session = page.context.new_cdp_session(page)
    manifest = session.send("Page.getAppManifest")
    assert manifest["errors"] == _NO_COMPLAINT
    problems = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # Playwright's windows are all private ones, in which nothing can be installed.
    assert [p for p in problems if p["errorId"] != "in-incognito"] == _NO_COMPLAINT


def test_a_person_who_opens_a_device_url_sees_what_was_stored(
    household: Household, open_page: OpenPage
) -> None:
    key, mac = household.keys["Garden"], household.MACS["Garden"]
    visit = open_page()
    visit.page.goto(f"{household.server.url}/update/API_key={key}/mac={mac}/field=1/data=14.25")
    assert visit.page.locator("main").inner_text().startswith("Stored\n\nGarden, field 1: 14.25")
    assert visit.complaints == []
