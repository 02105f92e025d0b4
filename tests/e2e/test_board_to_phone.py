"""The main job, end to end: a board's GET becomes a temperature on a phone.

Everything is real but the radio and the sensor chip: the shipped firmware under
MicroPython, gunicorn, the SQLite file, Chromium.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.board.virtual_board import VirtualBoard, start_board
from tests.e2e.conftest import DESKTOP, PHONE, Household, OpenPage
from tests.serving import Server

_MAC = "5c:cf:7f:0a:1b:2c"


@pytest.fixture
def garden_board(tmp_path: Path, household: Household) -> Iterator[VirtualBoard]:
    with start_board(
        tmp_path / "board",
        server=household.server.url,
        api_key=household.keys["Garden"],
        mac=household.MACS["Garden"],
        temperature=-3.25,
    ) as board:
        yield board


def _shown(page: Page, station: str) -> str:
    return page.get_by_role("article", name=station).locator("data").inner_text()


def _values(server: Server) -> list[float]:
    sql = "SELECT value FROM readings_reading ORDER BY measured_at"
    with server.database() as database:
        return [value for (value,) in database.execute(sql)]


def _register_in_the_admin(page: Page, server: Server, password: str) -> str:
    """Do what the admin does in the browser; return the key the page shows."""
    page.goto(f"{server.url}/admin/stations/station/add/")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    page.get_by_label("Name").fill("Balcony")
    page.get_by_label("MAC address").fill("5C-CF-7F-0A-1B-2C")
    page.get_by_role("button", name="Save", exact=True).click()
    return page.locator("dt:has-text('API key') + dd code").inner_text()


def test_from_the_admin_to_the_phone(
    private_household: Household, open_page: OpenPage, tmp_path: Path
) -> None:
    server, password = private_household.server, private_household.password
    page = open_page(DESKTOP).page
    key = _register_in_the_admin(page, server, password)
    with start_board(
        tmp_path / "board", server=server.url, api_key=key, mac=_MAC, temperature=23.5
    ) as board:
        board.wait_for("sent")
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.goto(server.url)
    assert _shown(page, "Balcony") == "23.5"


def test_a_boards_value_is_in_the_database(
    garden_board: VirtualBoard, household: Household
) -> None:
    garden_board.wait_for("sent")
    assert _values(household.server)[0] == -3.25


def test_a_change_in_the_garden_reaches_the_open_page(
    garden_board: VirtualBoard, household: Household, open_page: OpenPage
) -> None:
    garden_board.wait_for("sent")
    page = open_page().page
    page.goto(household.server.url)
    assert _shown(page, "Garden") == "−3.2"
    garden_board.set_temperature(4.5)
    value = page.get_by_role("article", name="Garden").locator("data")
    expect(value).to_have_text("4.5")


def test_an_outage_of_the_server_loses_nothing_and_doubles_nothing(
    garden_board: VirtualBoard, household: Household
) -> None:
    """Each reading has a temperature of its own, so a lost or doubled one shows."""
    garden_board.wait_for("sent")
    household.server.kill()
    garden_board.wait_for("server does not answer")
    during = [10.0, 11.0, 12.0]
    for temperature in during:
        garden_board.set_temperature(temperature)
        garden_board.wait_for(f"measured {temperature:.2f}")
    garden_board.set_temperature(20.0)
    household.server.start()
    garden_board.wait_for("sent, 0 waiting")
    seen = _values(household.server)
    # In which order is for `tests/board`: what knocks while the server starts waits at its door.
    assert set(during) <= set(seen)
    measured = garden_board.console.count("measured")
    assert abs(measured - len(seen)) <= 1  # one may be under way
