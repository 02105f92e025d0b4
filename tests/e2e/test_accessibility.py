"""axe-core finds nothing to object to. `make test` installs it with npm where npm is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import DESKTOP, PHONE, Household, OpenPage, Scheme

_AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"

_FAILURE = "from upkeep import results; results.record('prune', is_ok=False, text='No room.')"

schemes = pytest.mark.parametrize("scheme", ["light", "dark"])
sizes = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])


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


@sizes
@schemes
def test_the_dashboard(
    household: Household, open_page: OpenPage, size: tuple[int, int], scheme: Scheme
) -> None:
    """With a live station and one that is waited for; then with advice, explained."""
    household.post("Living room", 21.5)
    page = open_page(size, scheme).page
    page.goto(household.server.url)
    assert violations(page) == []
    household.post("Garden", 14.0)
    page.reload()
    page.get_by_text("Why?").click()
    assert violations(page) == []


@sizes
@schemes
@pytest.mark.parametrize("path", ["/status/", "/api/v1/docs/"])
def test_the_pages_for_those_who_run_it(
    household: Household, open_page: OpenPage, size: tuple[int, int], scheme: Scheme, path: str
) -> None:
    """With a task that went well and one that failed."""
    household.post("Living room", 21.5)
    household.server.manage("backup")
    household.server.manage("shell", "-c", _FAILURE)
    visit = open_page(size, scheme)
    visit.page.goto(f"{household.server.url}/sign-in/?next={path}")
    visit.page.get_by_label("Name").fill("admin")
    visit.page.get_by_label("Password").fill(household.password)
    visit.page.get_by_role("button", name="Sign in").click()
    visit.page.wait_for_url(f"**{path}")
    assert violations(visit.page) == []
    assert visit.page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    assert visit.complaints == []


@schemes
def test_the_sign_in_page(
    private_household: Household, open_page: OpenPage, scheme: Scheme
) -> None:
    page = open_page(PHONE, scheme).page
    page.goto(private_household.server.url)
    assert violations(page) == []


@schemes
def test_the_sign_in_page_after_a_mistake(
    private_household: Household, open_page: OpenPage, scheme: Scheme
) -> None:
    page = open_page(PHONE, scheme).page
    page.goto(private_household.server.url)
    page.get_by_label("Name").fill("admin")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("alert").wait_for()
    assert violations(page) == []


@schemes
def test_the_page_after_too_many_mistakes(
    private_household: Household, open_page: OpenPage, scheme: Scheme
) -> None:
    page = open_page(PHONE, scheme).page
    page.goto(private_household.server.url)
    for _ in range(5):
        page.get_by_label("Name").fill("admin")
        page.get_by_label("Password").fill("wrong")
        page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Too many tries").wait_for()
    assert violations(page) == []


@schemes
def test_a_device_url_opened_by_a_person(
    household: Household, open_page: OpenPage, scheme: Scheme
) -> None:
    page = open_page(PHONE, scheme).page
    mac = household.MACS["Garden"]
    page.goto(f"{household.server.url}/update/API_key=wrong/mac={mac}/field=1/data=14.25")
    assert violations(page) == []
