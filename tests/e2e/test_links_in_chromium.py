"""A household link from the admin's screen to the phone, and a screen on a wall."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import DESKTOP, PHONE, Household, OpenPage, Scheme
from tests.e2e.test_accessibility import violations

TABLET = (1024, 768)


def read_code(code: Locator, picture: Path) -> str:
    """Read a QR code off the screen, as a phone's camera does."""
    program = shutil.which("zbarimg")
    if program is None:
        assert "CI" not in os.environ, "CI must have zbarimg: .ci/run installs zbar-tools."
        pytest.skip("no zbarimg here: install zbar-tools")
    code.screenshot(path=picture)
    done = subprocess.run([program, "--raw", "-q", str(picture)], capture_output=True, text=True)
    return done.stdout.strip()


def sign_in(page: Page, household: Household) -> None:
    page.goto(f"{household.server.url}/admin/")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill(household.password)
    page.get_by_role("button", name="Log in").click()


def make_link(page: Page, household: Household, name: str, *, is_for_wall: bool = False) -> Locator:
    """Make a link in the admin; return its code as it is shown."""
    page.goto(f"{household.server.url}/admin/viewers/householdlink/add/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("For a wall").set_checked(is_for_wall)
    page.get_by_role("button", name="Save").click()
    return page.locator("svg.qr")


def come_back_into_view(page: Page) -> None:
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_a_phone_comes_in_by_its_code_chooses_and_is_shut_out_again(
    private_household: Household, open_page: OpenPage, tmp_path: Path
) -> None:
    private_household.post("Living room", 21.5)
    admin = open_page(DESKTOP, "dark")
    sign_in(admin.page, private_household)
    address = read_code(make_link(admin.page, private_household, "Anna"), tmp_path / "code.png")
    assert address == admin.page.locator("code.copy").inner_text()

    phone = open_page(PHONE)
    phone.page.goto(address)
    expect(phone.page).to_have_url(f"{private_household.server.url}/")
    card = phone.page.get_by_role("article", name="Living room")
    expect(card.locator("data")).to_have_text("21.5")

    phone.page.get_by_role("link", name="Settings").click()
    phone.page.get_by_label("Deutsch").check()
    phone.page.get_by_label("Garden").uncheck()
    phone.page.get_by_role("button", name="Save").click()
    expect(card.locator("data")).to_have_text("21,5")
    expect(card.get_by_text("Drinnen")).to_be_visible()
    expect(phone.page.get_by_role("article")).to_have_count(1)
    assert phone.page.locator("html").get_attribute("lang") == "de"

    admin.page.goto(f"{private_household.server.url}/admin/viewers/householdlink/")
    expect(admin.page.get_by_text("within the hour")).to_be_visible()
    admin.page.get_by_label("Select this object for an action - Anna").check()
    admin.page.get_by_label("Action:").select_option(label="Revoke")
    admin.page.get_by_role("button", name="Go").click()
    come_back_into_view(phone.page)
    expect(phone.page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert admin.complaints == []


def test_the_sentences_of_script_are_in_the_viewers_language(
    household: Household, open_page: OpenPage
) -> None:
    household.post("Living room", 21.5)
    page = open_page().page
    page.context.set_extra_http_headers({"Accept-Language": "de"})
    page.goto(household.server.url)
    ago = page.get_by_role("article", name="Living room").locator("time")
    expect(ago).to_have_text("gerade eben")
    page.evaluate("document.querySelector('time').dateTime = new Date(Date.now() - 180500)")
    page.evaluate("updateTimes()")
    expect(ago).to_have_text("vor 3 Minuten")
    household.server.stop()
    come_back_into_view(page)
    note = page.get_by_text("Keine Verbindung zum Server. Diese Werte sind von")
    expect(note).to_be_visible()


def test_choosing_works_without_script(household: Household, open_page: OpenPage) -> None:
    page = open_page(script=False).page
    page.goto(f"{household.server.url}/settings/")
    page.get_by_label("°F").check()
    page.get_by_label("Français").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Réglages")).to_be_visible()


# --- on a wall ----------------------------------------------------------------------------------


def test_a_screen_on_a_wall_lives_through_a_restart(
    private_household: Household, open_page: OpenPage
) -> None:
    private_household.post("Living room", 21.5)
    admin = open_page(DESKTOP)
    sign_in(admin.page, private_household)
    make_link(admin.page, private_household, "Kitchen", is_for_wall=True)
    wall = open_page(DESKTOP).page
    wall.goto(admin.page.locator("code.copy").inner_text())
    expect(wall).to_have_url(f"{private_household.server.url}/wall/")
    value = wall.get_by_role("article", name="Living room").locator("data")
    expect(value).to_have_text("21.5")

    private_household.server.stop()
    come_back_into_view(wall)
    expect(wall.get_by_text("No connection to the server.")).to_be_visible()
    expect(wall.locator("body")).to_have_class(re.compile("away"))

    private_household.server.start()
    private_household.post("Living room", 23.5)
    expect(value).to_have_text("23.5")  # by itself
    expect(wall.get_by_text("No connection to the server.")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("is_night", [True, False], ids=["night", "day"])
def test_the_wall_is_large_fits_and_pleases_axe(
    household: Household, open_page: OpenPage, scheme: Scheme, is_night: bool
) -> None:
    household.post("Living room", 21.5)
    household.post("Garden", -14.0)
    visit = open_page(DESKTOP, scheme)
    visit.page.goto(f"{household.server.url}/wall/")
    visit.page.evaluate(f"document.body.classList.toggle('night', {str(is_night).lower()})")
    assert violations(visit.page) == []
    assert visit.complaints == []
    for width, height in (DESKTOP, TABLET):
        visit.page.set_viewport_size({"width": width, "height": height})
        size = visit.page.evaluate(
            "parseFloat(getComputedStyle(document.querySelector('.place data')).fontSize)"
        )
        assert size > height / 6
        assert visit.page.evaluate("document.documentElement.scrollHeight") <= height
        assert visit.page.evaluate(
            "[...document.querySelectorAll('.place .value')]"
            ".every((one) => one.scrollWidth <= one.clientWidth)"
        )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_settings_please_axe_and_fit(
    household: Household, open_page: OpenPage, size: tuple[int, int], scheme: Scheme
) -> None:
    visit = open_page(size, scheme)
    visit.page.goto(f"{household.server.url}/settings/")
    assert violations(visit.page) == []
    assert visit.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert visit.complaints == []
