"""Readings out and in again, and the days they fill, as a person in a browser sees them."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESKTOP, PHONE, Household, OpenPage

_OVERHANG = "document.documentElement.scrollWidth - window.innerWidth"
_MAC = Household.MACS["Living room"]


def _sign_in(page: Page, household: Household) -> None:
    page.goto(f"{household.server.url}/sign-in/")
    page.get_by_label("Name").fill("admin")
    page.get_by_label("Password").fill(household.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{household.server.url}/")


def _file(path: Path) -> Path:
    """A day with a gap from ten to twelve, and a line that is no reading."""
    hours = [hour for hour in range(24) if hour not in (10, 11)]
    lines = [f"2026-01-15T{h:02}:{m:02}:00+01:00,{_MAC},{h}" for h in hours for m in range(60)]
    path.write_text("\n".join(["time,mac,value", *lines, f"never,{_MAC},1"]))
    return path


def _import(page: Page, household: Household, path: Path) -> None:
    page.goto(f"{household.server.url}/admin/history/importjob/add/")
    page.get_by_label("File").set_input_files(path)
    page.get_by_role("button", name="Hand in and look").click()
    expect(page.get_by_text("line 1322: bad time")).to_be_visible()
    page.get_by_role("button", name="Store 1,320 readings").click()
    expect(page.get_by_text("Stored 1,320 readings.")).to_be_visible()


def _overhang(page: Page) -> list[int]:
    """Return by how much the page is wider than a phone and a desk."""
    found = []
    for width, height in (DESKTOP, PHONE):
        page.set_viewport_size({"width": width, "height": height})
        found.append(page.evaluate(_OVERHANG))
    return found


def test_a_file_goes_in_fills_its_days_and_comes_out_again(
    private_household: Household, open_page: OpenPage, tmp_path: Path
) -> None:
    household, visit = private_household, open_page(PHONE, "dark")
    page = visit.page
    overhang: list[int] = []
    _sign_in(page, household)
    _import(page, household, _file(tmp_path / "old.csv"))
    overhang += _overhang(page)

    page.goto(f"{household.server.url}/stations/1/days/2026-01-15/")
    expect(page.get_by_text("120 missing")).to_be_visible()
    overhang += _overhang(page)
    page.get_by_role("link", name="January 2026").click()
    expect(page.get_by_role("heading", name="January 2026")).to_be_visible()
    overhang += _overhang(page)

    page.goto(f"{household.server.url}/export/")
    overhang += _overhang(page)
    page.get_by_label("Living room").check()
    page.get_by_label("From").fill("2026-01-15")
    page.get_by_label("To", exact=True).fill("2026-01-15")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as CSV").click()
    assert download.value.suggested_filename == "readings-2026-01-15-to-2026-01-15.csv"
    assert download.value.path().read_text("utf-8-sig").count("\n") == 1_321
    assert overhang == [0] * 8
    assert visit.complaints == []
