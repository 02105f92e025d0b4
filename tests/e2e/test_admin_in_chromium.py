"""The stations' admin as a phone and a desk see it."""

from __future__ import annotations

from contextlib import suppress

import pytest
from playwright.sync_api import Error, Page, expect

from tests.e2e.conftest import DESKTOP, PHONE, Household, OpenPage, Scheme

_LIST = "/admin/stations/station/"
_PAGES = ["", "add/", "1/change/", "1/rotate-key/", "1/delete/", "1/sensors/1/remove/"]
_OVERHANG = "document.documentElement.scrollWidth - window.innerWidth"


def _sign_in(page: Page, household: Household) -> None:
    page.goto(f"{household.server.url}{_LIST}")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill(household.password)
    page.get_by_role("button", name="Log in").click()


def _rotate(page: Page, household: Household) -> str:
    """Rotate the first station's key; return the new one off the page."""
    page.goto(f"{household.server.url}{_LIST}1/rotate-key/")
    page.get_by_role("button", name="Rotate and show the new key").click()
    return page.locator(".issued-key .copy").first.inner_text()


@pytest.mark.parametrize(
    ("size", "scheme"), [(PHONE, "dark"), (DESKTOP, "light")], ids=["phone", "desktop"]
)
def test_pages_fit_the_screen_and_nothing_is_refused(
    household: Household, open_page: OpenPage, size: tuple[int, int], scheme: Scheme
) -> None:
    household.post("Living room", 21.5)
    visit = open_page(size, scheme)
    _sign_in(visit.page, household)
    overhang = {}
    for path in _PAGES:
        visit.page.goto(f"{household.server.url}{_LIST}{path}")
        overhang[path] = visit.page.evaluate(_OVERHANG)
    _rotate(visit.page, household)
    overhang["keys"] = visit.page.evaluate(_OVERHANG)
    assert overhang == dict.fromkeys([*_PAGES, "keys"], 0)
    assert visit.complaints == []


def test_a_new_key_works_at_once(household: Household, open_page: OpenPage) -> None:
    page = open_page(DESKTOP).page
    _sign_in(page, household)
    household.keys["Living room"] = _rotate(page, household)
    household.post("Living room", 21.5)
    page.goto(f"{household.server.url}{_LIST}1/change/")
    assert page.get_by_text("still good until").count() == 0


def test_going_back_does_not_show_the_key_again(household: Household, open_page: OpenPage) -> None:
    page = open_page(PHONE).page
    _sign_in(page, household)
    key = _rotate(page, household)
    page.get_by_role("link", name="Done, to the stations").click()
    page.wait_for_url(f"{household.server.url}{_LIST}")
    with suppress(Error):  # the browser kept nothing and shows an error page of its own
        page.go_back()
    page.wait_for_url(lambda url: not url.endswith(_LIST), wait_until="commit")
    expect(page.locator("body")).not_to_contain_text(key)
