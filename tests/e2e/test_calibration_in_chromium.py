"""Setting one sensor by another, from the form to the family's dashboard."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Household, OpenPage


def _post_two_hours(household: Household, station: str, warmth: float) -> None:
    household.post_batch(station, [(warmth, age) for age in range(7_200, -1, -60)])


def _open_the_form(page: Page, household: Household) -> None:
    page.goto(f"{household.server.url}/sign-in/?next=/admin/stations/calibration/add/")
    page.get_by_label("Name").fill("admin")
    page.get_by_label("Password").fill(household.password)
    page.get_by_role("button", name="Sign in").click()


def test_a_sensor_is_set_by_another_that_lay_beside_it(
    household: Household, open_page: OpenPage
) -> None:
    _post_two_hours(household, "Living room", 20.0)
    _post_two_hours(household, "Garden", 19.5)
    visit = open_page()
    page = visit.page
    _open_the_form(page, household)
    page.get_by_label("Reference").select_option(label="Living room Temperature")
    page.get_by_label("Sensor", exact=False).select_option(label="Garden Temperature")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("status")).to_contain_text("Add 0.50 °C to Garden Temperature.")
    page.get_by_role("button", name="Apply it").click()
    expect(page.get_by_role("row").filter(has_text="Garden Temperature")).to_contain_text("0.5")
    page.goto(household.server.url)
    expect(page.get_by_role("article").filter(has_text="Garden")).to_contain_text("20.0")
    assert visit.complaints == []


def test_two_that_measured_something_else_are_refused_with_the_reason(
    household: Household, open_page: OpenPage
) -> None:
    _post_two_hours(household, "Living room", 20.0)
    _post_two_hours(household, "Garden", 5.0)
    page = open_page().page
    _open_the_form(page, household)
    page.get_by_label("Reference").select_option(label="Living room Temperature")
    page.get_by_label("Sensor", exact=False).select_option(label="Garden Temperature")
    page.get_by_role("button", name="Compare").click()
    expect(page.locator(".errornote")).to_be_visible()
    expect(page.get_by_role("button", name="Apply it")).to_have_count(0)
