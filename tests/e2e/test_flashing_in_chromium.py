"""A bare board becomes a station from the browser alone: the real flasher, a simulated chip."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.board.boot_loader import BootLoader
from tests.board.flash_memory import FlashMemory
from tests.board.images import make_esp32, make_micropython, write_micropython
from tests.board.pty_board import PtyBoard
from tests.board.virtual_board import PASSWORD
from tests.e2e.conftest import DESKTOP, Household, OpenPage
from tests.e2e.fake_serial import FakeSerial
from tests.e2e.test_walk_in_chromium import MAC, add_station


@pytest.fixture
def bare_board(tmp_path: Path) -> Iterator[PtyBoard]:
    loader = BootLoader(FlashMemory(tmp_path / "flash.bin"), MAC)
    with PtyBoard(tmp_path / "disk", loader) as board:
        yield board


def says(page: Page, text: str) -> None:
    expect(page.locator("#flash-says")).to_contain_text(text)


def take(page: Page, name: str, data: bytes) -> None:
    page.locator("#image").set_input_files(
        FilePayload(name=name, mimeType="application/octet-stream", buffer=data)
    )


def test_a_bare_board_is_flashed_filled_and_turns_green(
    household: Household, open_page: OpenPage, bare_board: PtyBoard, tmp_path: Path
) -> None:
    visit = open_page(DESKTOP)
    page = visit.page
    serial = FakeSerial(page, bare_board.port)
    add_station(page, household)
    says(page, "")
    page.get_by_role("button", name="Put the station's files").click()
    says(page, "First, above: This field is required.")
    assert not [url for url in visit.requested if "esptool" in url]

    page.locator("#image").set_input_files(write_micropython(tmp_path))
    page.get_by_role("button", name="Erase the board").click()
    says(page, "MicroPython is on the board. Now put the station's files on it.")
    assert bare_board.loader is not None
    written = bare_board.loader.flash.read(4, len(make_micropython()) - 4)
    assert written == make_micropython()[4:]

    page.get_by_label("Wi-Fi name").fill("Home")
    page.get_by_label("Wi-Fi password").fill(PASSWORD)
    page.get_by_label("Server").fill(household.server.url)
    page.get_by_role("button", name="Put the station's files").click()
    says(page, "The files are on the board, and it starts.")
    expect(page.locator("#seen")).to_contain_text("key right, first reading 21.5 °C")
    # Chromium complains of the refusal of the form above, and of nothing else.
    assert [text for text in visit.complaints if "400 (Bad Request)" not in text] == []
    serial.close()


def test_what_is_no_image_for_this_chip_is_never_written(
    household: Household, open_page: OpenPage
) -> None:
    page = open_page(DESKTOP).page
    FakeSerial(page, "/nowhere")
    add_station(page, household)
    write = page.get_by_role("button", name="Erase the board")
    whole = make_micropython()
    take(page, "page.html", b"<!doctype html>" + bytes(60_000))
    says(page, "page.html is no MicroPython for a board: take the .bin file.")
    take(page, "esp32.bin", make_esp32() + bytes(60_000))
    says(page, "esp32.bin is for another chip: take the file for the ESP8266.")
    take(page, "half.bin", whole[: len(whole) // 2 + 10_000])
    says(page, "half.bin is no MicroPython for the ESP8266, or did not arrive whole.")
    expect(write).to_be_disabled()
    take(page, "whole.bin", whole)
    expect(write).to_be_enabled()
    write.click()
    says(page, "The port cannot be opened. Close serial monitors")
    page.get_by_label("Wi-Fi name").fill("Home")
    page.get_by_role("button", name="Put the station's files").click()
    says(page, "The port cannot be opened. Close serial monitors")


def test_a_browser_that_cannot_says_so_and_what_can(
    household: Household, open_page: OpenPage
) -> None:
    page = open_page(DESKTOP).page
    page.add_init_script("delete Navigator.prototype.serial")
    add_station(page, household)
    section = page.locator("#flash")
    expect(section).to_contain_text("This browser cannot reach a board over USB. Chrome and Edge")
    expect(page.get_by_role("button", name="Put the station's files")).to_be_hidden()


def test_over_plain_http_the_page_says_where_it_works(
    household: Household, open_page: OpenPage
) -> None:
    page = open_page(DESKTOP).page
    page.add_init_script(
        "delete Navigator.prototype.serial;"
        "Object.defineProperty(window, 'isSecureContext', {value: false})"
    )
    add_station(page, household)
    expect(page.locator("#flash")).to_contain_text(
        f"On the computer that runs this server open http://localhost:{household.server.port}"
    )
