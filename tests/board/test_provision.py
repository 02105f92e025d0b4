"""`manage.py provision`, from nothing to the first reading, and broken at each of its steps.

Real are the server, esptool, ampy and MicroPython. Simulated are the chip's boot loader, the
serial line, the radio and the thermometer.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from urllib.request import urlopen

import pytest

from firmware.files import board_files, name_on_board
from tests.board.boot_loader import BootLoader
from tests.board.flash_memory import FlashMemory
from tests.board.images import write_micropython
from tests.board.pty_board import PtyBoard
from tests.serving import Server, free_port, running_server

PASSWORD = 'it\'s "secret" \\ 日本'
_number = count(1)


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, data_of_a_first_start: Path
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    with running_server(folder, data_of_a_first_start, PUBLIC_DASHBOARD="true") as server:
        yield server


@pytest.fixture
def new_board(tmp_path: Path) -> Iterator[PtyBoard]:
    """A board from the shop, with an address no other test's board has."""
    flash = FlashMemory(tmp_path / "flash.bin")
    with PtyBoard(
        tmp_path / "disk", BootLoader(flash, f"5c:cf:7f:00:00:{next(_number):02x}")
    ) as board:
        yield board


def mac_of(board: PtyBoard) -> str:
    assert board.loader is not None
    return board.loader.mac


class Walk:
    """The command, as one person types it for one board."""

    def __init__(self, server: Server, board: PtyBoard, folder: Path) -> None:
        self._server, self._board = server, board
        self.name = f"Balcony {mac_of(board)[-2:]}"
        self.image = write_micropython(folder)

    def run(self, **changes: object) -> subprocess.CompletedProcess[str]:
        options: dict[str, object] = {
            "port": self._board.port,
            "name": self.name,
            "placement": "outdoor",
            "ssid": 'The "home"',
            "server": self._server.url,
            "firmware": self.image,
            "wait": 60,
        }
        words = [
            word
            for name, value in (options | changes).items()
            if value is not None
            for word in (f"--{name}", str(value))
        ]
        return self.type("provision", *words)

    def type(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self._server.try_to_manage(*words, WIFI_PASSWORD=PASSWORD)

    def fails(self, **changes: object) -> str:
        return self._complaint(self.run(**changes))

    def go_on_as_told(self, complaint: str) -> str:
        """Type the command at the complaint's end."""
        done = self._type_what_is_told(complaint)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def fails_as_told(self, complaint: str, **changes: object) -> str:
        """The same, when something else is wrong by now."""
        return self._complaint(self._type_what_is_told(complaint, **changes))

    def _type_what_is_told(
        self, complaint: str, **changes: object
    ) -> subprocess.CompletedProcess[str]:
        told = shlex.split(complaint.strip().splitlines()[-1])
        assert told[1:3] == ["manage.py", "provision"]
        # Of an option that comes twice the last counts.
        more = [word for name, value in changes.items() for word in (f"--{name}", str(value))]
        return self.type(*told[2:], *more)

    def _complaint(self, done: subprocess.CompletedProcess[str]) -> str:
        assert done.returncode == 1, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        assert PASSWORD not in done.stdout + done.stderr
        return done.stderr

    def stations(self) -> list[dict[str, object]]:
        """The stations with this board's address: never more than one."""
        listed = json.loads(self._server.manage("list_stations", "--json"))
        return [one for one in listed if one["mac"] == mac_of(self._board)]


@pytest.fixture
def walk(server: Server, new_board: PtyBoard, tmp_path: Path) -> Walk:
    return Walk(server, new_board, tmp_path)


@pytest.mark.long
def test_from_a_bare_board_to_the_first_reading_on_the_dashboard(
    walk: Walk, server: Server, new_board: PtyBoard
) -> None:
    new_board.set_temperature(23.5)
    done = walk.run(set="SDA=12")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{walk.name}: 23.5 C, dashboard at {server.url}/" in done.stdout
    assert "100% written" in done.stdout
    assert PASSWORD not in done.stdout + done.stderr
    assert [one["placement"] for one in walk.stations()] == ["outdoor"]
    with urlopen(server.url) as page:
        text = page.read().decode()
    assert walk.name in text
    assert "23.5" in text
    # Once more, as somebody does who moves into another Wi-Fi: the same station, the same key.
    hint = walk.stations()[0]["key_hint"]
    new_board.set_temperature(19.0)
    again = walk.run(firmware=None)
    assert again.returncode == 0, again.stdout + again.stderr
    assert f"{walk.name}: 19.0 C" in again.stdout
    assert "sending main.py" not in again.stdout  # it is there already
    assert [one["key_hint"] for one in walk.stations()] == [hint]
    assert "SDA = 12" in (new_board.disk / "config.py").read_text()  # wired as before
    nothing_left_of_the_password(server)


def nothing_left_of_the_password(server: Server) -> None:
    for path in server.data_dir.parent.rglob("*"):
        # What is gone meanwhile was a draft that has taken its file's place.
        with suppress(FileNotFoundError, IsADirectoryError):
            assert PASSWORD.encode() not in path.read_bytes(), path


def test_port_busy(walk: Walk, new_board: PtyBoard) -> None:
    holder = os.open(new_board.port, os.O_RDWR | os.O_NOCTTY)
    fcntl.flock(holder, fcntl.LOCK_EX)
    try:
        complaint = walk.fails()
    finally:
        os.close(holder)
    assert "Chip: Another program is using" in complaint
    assert "Close serial monitors" in complaint
    assert walk.stations() == []


@pytest.mark.long
def test_each_failure_on_the_way_tells_how_to_go_on(walk: Walk, new_board: PtyBoard) -> None:
    """Cable pulled while writing, Wi-Fi refused, wrong key; each mended as the failure says."""
    new_board.unplug_after = 10_000
    complaint = walk.fails()
    assert "MicroPython: The connection to the board" in complaint
    assert "Plug the cable in again" in complaint
    assert walk.stations() == []

    new_board.plug_in()
    new_board.set_wifi(False)
    complaint = walk.fails_as_told(complaint, wait=25)
    assert "First reading: The board does not get into the Wi-Fi 'The \"home\"'" in complaint
    assert "is registered, and its board goes on trying by itself" in complaint
    assert len(walk.stations()) == 1

    new_board.set_wifi(True)
    new_board.before_start = put_another_key
    complaint = walk.fails_as_told(complaint)
    assert "First reading: The server does not know the key that is on the board" in complaint
    assert len(walk.stations()) == 1

    new_board.before_start = None
    assert f"{walk.name}: 21.5 C" in walk.go_on_as_told(complaint)
    assert len(walk.stations()) == 1


def put_another_key(disk: Path) -> None:
    config = disk / "config.py"
    if config.exists():
        config.write_text(re.sub(r'API_KEY = ".*"', 'API_KEY = "another"', config.read_text()))


def test_wrong_image(walk: Walk, new_board: PtyBoard, tmp_path: Path) -> None:
    page = tmp_path / "ESP8266_GENERIC.bin.html"
    page.write_text("<!doctype html><html>Sign in</html>")
    complaint = walk.fails(firmware=page)
    assert "Image: ESP8266_GENERIC.bin.html is a web page" in complaint
    assert "micropython.org/download/ESP8266_GENERIC" in complaint
    assert walk.stations() == []
    assert new_board.loader is not None
    assert new_board.loader.erasures == 0


def test_server_unreachable(walk: Walk, new_board: PtyBoard) -> None:
    with free_port() as port:
        complaint = walk.fails(server=f"http://127.0.0.1:{port}")
    assert "Server: The server does not answer" in complaint
    assert "make serve" in complaint
    assert walk.stations() == []


def test_server_with_another_database(walk: Walk, tmp_path: Path) -> None:
    with running_server(tmp_path / "other") as other:
        complaint = walk.fails(server=other.url)
    assert "works with another database" in complaint
    assert walk.stations() == []


def test_cable_pulled_while_the_files_are_sent(walk: Walk, new_board: PtyBoard) -> None:
    new_board.unplug_when = name_on_board(board_files()[0])
    complaint = walk.fails()
    assert "Files: The connection to the board" in complaint
    assert "This run registered nothing" in complaint
    assert "--firmware" not in complaint.splitlines()[-1]
    assert walk.stations() == []


@pytest.mark.long
def test_board_without_micropython_asks_for_it(walk: Walk) -> None:
    complaint = walk.fails(firmware=None)
    assert "Files: No MicroPython answers" in complaint
    assert "Add --firmware FILE to write it" in complaint
    assert walk.stations() == []


def test_name_of_another_station_is_refused_before_the_board_is_touched(
    walk: Walk, server: Server, new_board: PtyBoard
) -> None:
    server.manage("add_station", walk.name, "--mac", f"02:00:00:00:00:{mac_of(new_board)[-2:]}")
    complaint = walk.fails()
    assert f"Station: {walk.name} is the name of the station 02:00:" in complaint
    assert walk.stations() == []
    assert new_board.loader is not None
    assert new_board.loader.erasures == 0
