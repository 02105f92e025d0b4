"""From a station just added to a green light, as whoever sets up a board sees it."""

from __future__ import annotations

import zipfile
from contextlib import suppress
from urllib.error import HTTPError
from urllib.request import urlopen

from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESKTOP, PHONE, Household, OpenPage
from tests.e2e.test_admin_in_chromium import _OVERHANG, _sign_in

MAC = "5c:cf:7f:0a:1b:2c"


def call(household: Household, key: str, mac: str = MAC, value: float = 21.5) -> None:
    """Call as a board would, refused or not."""
    with suppress(HTTPError):
        urlopen(f"{household.server.url}/update/API_key={key}/mac={mac}/field=1/data={value}")


def add_station(page: Page, household: Household) -> str:
    """Add a station with the form; return the key on the page that follows."""
    _sign_in(page, household)
    page.goto(f"{household.server.url}/admin/stations/station/add/")
    page.get_by_label("Name").fill("Attic")
    page.get_by_label("MAC address").fill(MAC)
    page.get_by_role("button", name="Save").click()
    return page.locator(".issued-key .copy").first.inner_text()


def test_a_station_is_added_and_turns_green_without_a_reload(
    household: Household, open_page: OpenPage
) -> None:
    visit = open_page(DESKTOP)
    page = visit.page
    key = add_station(page, household)
    seen = page.locator("#seen")
    expect(seen).to_contain_text("Waiting for the board's request")
    call(household, "another-key-of-a-flash")
    expect(seen).to_contain_text("called with a wrong key")
    call(household, key)
    expect(seen).to_contain_text("Request seen from 127.0.0.1, key right, first reading 21.5 °C")
    assert key in page.locator(".issued-key").inner_text()
    assert page.evaluate(_OVERHANG) == 0
    assert visit.complaints == []


def test_the_files_come_down_with_the_key_of_the_page(
    household: Household, open_page: OpenPage
) -> None:
    visit = open_page(PHONE, "dark")
    page = visit.page
    key = add_station(page, household)
    page.get_by_label("Wi-Fi name").fill("Home")
    page.get_by_label("Wi-Fi password").fill("its-password")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the files").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        config = archive.read("attic/config.py").decode()
    assert f'API_KEY = "{key}"' in config
    assert 'WIFI_PASSWORD = "its-password"' in config
    assert page.evaluate(_OVERHANG) == 0
    assert visit.complaints == []


def test_a_refused_board_is_adopted_with_one_click(
    household: Household, open_page: OpenPage
) -> None:
    visit = open_page(PHONE)
    page = visit.page
    _sign_in(page, household)
    call(household, "key-of-a-board-flashed-long-ago")
    page.goto(f"{household.server.url}/admin/stations/refusedboard/")
    button = page.get_by_role("button", name="Adopt")
    while not button.count():  # written a moment after the call
        page.reload()
    assert page.evaluate(_OVERHANG) == 0
    button.click()
    expect(page.locator(".messagelist")).to_contain_text("is a station now")
    before = household.server.count_readings()
    call(household, "key-of-a-board-flashed-long-ago")
    assert household.server.count_readings() == before + 1
    assert visit.complaints == []


def test_without_script_a_link_looks_again(household: Household, open_page: OpenPage) -> None:
    page = open_page(DESKTOP, script=False).page
    key = add_station(page, household)
    call(household, key)
    with page.expect_popup() as popup:
        page.get_by_role("link", name="Look again").click()
    expect(popup.value.locator("#seen")).to_contain_text("first reading 21.5 °C")
    assert key in page.locator(".issued-key").inner_text()
