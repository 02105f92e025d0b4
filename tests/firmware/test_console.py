"""What a board's lines mean to the one who waits. The lines come over a pseudo-terminal."""

from __future__ import annotations

import os
import pty
import tty
from collections.abc import Iterator

import pytest

from firmware import waiting
from firmware.console import Console, advice
from readings.times import now_ms
from tests.factories import make_readings, make_station


class Cable:
    """The board's end of a line, and the name of the other."""

    def __init__(self) -> None:
        self.board, self._port_end = pty.openpty()
        tty.setraw(self._port_end)
        self.port = os.ttyname(self._port_end)

    def say(self, text: bytes) -> None:
        os.write(self.board, text)

    def unplug(self) -> None:
        for end in (self.board, self._port_end):
            os.close(end)


@pytest.fixture
def cable() -> Iterator[Cable]:
    cable = Cable()
    yield cable
    cable.unplug()


@pytest.mark.parametrize(
    ("line", "advised"),
    [
        ("no Wi-Fi: is SSID right, and the network in reach?", "into the Wi-Fi 'home'"),
        ("no Wi-Fi: Wifi Internal Error", "2.4 GHz only"),
        ("server does not answer: [Errno 113] EHOSTUNREACH", "does not reach http://s:8000"),
        ("key or MAC not registered: 5c:cf:7f:0a:1b:2c", "does not know the key"),
        ("server answered 503 database", "did not take the reading: server answered 503"),
        ("sensor: no MCP9808 answers at 0x18: check its wires", "no MCP9808 answers at 0x18"),
        ("ImportError: no module named 'run'", "stops with an error"),
        ("measured 21.56 C", ""),
        ("sent, 0 waiting", ""),
    ],
)
def test_complaint_of_the_firmware_becomes_advice(line: str, advised: str) -> None:
    told = advice(line, ssid="home", server="http://s:8000")
    assert advised in told
    assert bool(told) == bool(advised)


def test_lines_come_whole(cable: Cable) -> None:
    with Console(cable.port) as console:
        cable.say(b"\xff\xfe noise\r\nmeasured 21.56 C\r\n\r\nsent, 0 wai")
        assert console.lines(5) == ["measured 21.56 C"]
        cable.say(b"ting\r\n")
        assert console.lines(5) == ["sent, 0 waiting"]


def test_silence_is_no_line(cable: Cable) -> None:
    with Console(cable.port) as console:
        assert console.lines(0.01) == []


def test_unplugged_board_is_silent() -> None:
    cable = Cable()
    with Console(cable.port) as console:
        cable.unplug()
        assert [console.lines(0.01) for _ in range(2)] == [[], []]


def test_port_that_cannot_be_opened_is_silent() -> None:
    with Console("/dev/ttyNOWHERE") as console:
        assert console.lines(0.01) == []


class Script:
    """A console that says one line each time, and does something meanwhile."""

    def __init__(self, *lines: str) -> None:
        self._lines = list(lines)

    def lines(self, wait_s: float) -> list[str]:
        return [self._lines.pop(0)] if self._lines else []


def wait(
    station_id: int, console: Script, since: int = 0, patience_s: float = 0.05
) -> float | None:
    heard: list[str] = []
    latest = waiting.first_reading(
        station_id,
        since,
        console,  # type: ignore[arg-type]
        patience_s,
        ssid="home",
        server="http://s:8000",
        on_line=heard.append,
    )
    return latest.value


@pytest.mark.django_db
def test_first_reading_ends_the_waiting() -> None:
    station = make_station()
    make_readings(station, [21.5])
    assert wait(station.pk, Script("measured 21.50 C")) == 21.5


@pytest.mark.django_db
def test_reading_from_before_does_not() -> None:
    station = make_station()
    make_readings(station, [21.5])
    with pytest.raises(waiting.NoReading, match="the board says nothing"):
        wait(station.pk, Script(), since=now_ms() + 60_000)


@pytest.mark.django_db
def test_last_complaint_is_the_reason() -> None:
    console = Script("no Wi-Fi: is SSID right?", "1 waiting, next try in 10 s")
    with pytest.raises(waiting.NoReading, match="into the Wi-Fi 'home'"):
        wait(make_station().pk, console)


@pytest.mark.django_db
def test_words_without_a_complaint_are_repeated() -> None:
    with pytest.raises(waiting.NoReading, match="last words: hello"):
        wait(make_station().pk, Script("hello"))


@pytest.mark.django_db
def test_wrong_key_is_not_waited_for() -> None:
    console = Script("key or MAC not registered: x", "never asked for")
    with pytest.raises(waiting.NoReading, match="does not know the key"):
        wait(make_station().pk, console, patience_s=3_600)
    assert console.lines(0) == ["never asked for"]
