"""axe-core finds nothing to object to. `make test` installs it with npm where npm is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import DESKTOP, PHONE, Household, OpenPage, Scheme

_AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"

SCHEMES: tuple[Scheme, ...] = ("light", "dark")
_FAILURE = "from upkeep import results; results.record('prune', is_ok=False, text='No room.')"

# Sizes and colours are changed on one page of one server: starting one takes longer than all looks.
_PHONE_ALONE = (PHONE,)


def violations(page: Page) -> list[str]:
    """Run every axe rule; return one line for each element it objects to."""
    if not _AXE.exists():
        assert "CI" not in os.environ, "CI must have axe-core: .ci/run installs npm."
        pytest.skip("no axe-core here: install npm and run make test")
    page.evaluate(_AXE.read_text())
    result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert result["passes"], "axe looked at nothing"
    return [
        f"{violation['id']}: {node['html']}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


def _objections(page: Page, sizes: tuple[tuple[int, int], ...] = (PHONE, DESKTOP)) -> list[str]:
    """Return what axe objects to at each size, in light and dark."""
    found = []
    for width, height in sizes:
        page.set_viewport_size({"width": width, "height": height})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found += [f"{width} px, {scheme}: {one}" for one in violations(page)]
    return found


def _sign_in(page: Page, password: str) -> None:
    page.get_by_label("Name").fill("admin")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_the_dashboard(household: Household, open_page: OpenPage) -> None:
    """With a live station and one that is waited for; then with advice, explained."""
    household.post("Living room", 21.5)
    page = open_page().page
    page.goto(household.server.url)
    assert _objections(page) == []
    household.post("Garden", 14.0)
    page.reload()
    page.get_by_text("Why?").click()
    assert _objections(page) == []


def test_the_pages_for_those_who_run_it(household: Household, open_page: OpenPage) -> None:
    """With a task that went well and one that failed."""
    household.post("Living room", 21.5)
    household.server.manage("backup")
    household.server.manage("shell", "-c", _FAILURE)
    visit = open_page()
    visit.page.goto(f"{household.server.url}/sign-in/?next=/status/")
    _sign_in(visit.page, household.password)
    for path in ("/status/", "/api/v1/docs/"):
        visit.page.goto(household.server.url + path)
        assert _objections(visit.page) == []
        visit.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        assert visit.page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    assert visit.complaints == []


def test_signing_in_at_once_after_a_mistake_and_after_too_many(
    private_household: Household, open_page: OpenPage
) -> None:
    page = open_page().page
    page.goto(private_household.server.url)
    assert _objections(page, _PHONE_ALONE) == []
    _sign_in(page, "wrong")
    page.get_by_role("alert").wait_for()
    assert _objections(page, _PHONE_ALONE) == []
    for _ in range(4):
        _sign_in(page, "wrong")
    page.get_by_role("heading", name="Too many tries").wait_for()
    assert _objections(page, _PHONE_ALONE) == []


def test_a_device_url_opened_by_a_person(household: Household, open_page: OpenPage) -> None:
    page = open_page().page
    mac = household.MACS["Garden"]
    page.goto(f"{household.server.url}/update/API_key=wrong/mac={mac}/field=1/data=14.25")
    assert _objections(page, _PHONE_ALONE) == []
