"""Which port is the board's. The list of ports is made up: no board is plugged in here."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.core.management import call_command
from serial.tools.list_ports_common import ListPortInfo

from firmware import ports

Plug = Callable[..., None]

CP210X, CH340, UNKNOWN = 0x10C4, 0x1A86, 0x1234


def make_port(device: str, vid: int | None, description: str = "n/a") -> ListPortInfo:
    port = ListPortInfo(device)
    port.vid, port.description = vid, description
    return port


@pytest.fixture
def plug(monkeypatch: pytest.MonkeyPatch) -> Plug:
    def plugged(*found: ListPortInfo) -> None:
        monkeypatch.setattr("serial.tools.list_ports.comports", lambda: list(found))

    return plugged


@pytest.mark.parametrize("given", ["/dev/ttyUSB7", "COM4"])
def test_port_that_was_given_is_taken(given: str) -> None:
    assert ports.choose_port(given) == given


def test_only_port_is_taken(plug: Plug) -> None:
    plug(make_port("/dev/ttyS0", None), make_port("/dev/ttyUSB0", CP210X, "CP2104"))
    assert ports.choose_port() == "/dev/ttyUSB0"


def test_only_port_with_a_boards_chip_is_taken(plug: Plug) -> None:
    plug(make_port("/dev/ttyACM0", UNKNOWN, "Modem"), make_port("/dev/ttyUSB0", CH340))
    assert ports.choose_port() == "/dev/ttyUSB0"


def test_without_a_port_the_cable_is_doubted(plug: Plug) -> None:
    plug(make_port("/dev/ttyS0", None))
    with pytest.raises(ports.NoPort, match="cable that carries data"):
        ports.choose_port()


def test_several_ports_are_listed_with_what_they_are(plug: Plug) -> None:
    plug(make_port("/dev/ttyUSB1", CH340), make_port("/dev/ttyUSB0", CP210X, "CP2104 Bridge"))
    with pytest.raises(ports.ManyPorts) as caught:
        ports.choose_port()
    assert str(caught.value).splitlines()[1:] == [
        "  --port /dev/ttyUSB0   CP2104 Bridge - Silicon Labs CP210x",
        "  --port /dev/ttyUSB1   WCH CH340",
    ]


def test_command_lists_them(plug: Plug, capsys: pytest.CaptureFixture[str]) -> None:
    plug(make_port("/dev/ttyACM0", UNKNOWN), make_port("/dev/ttyUSB0", CP210X, "CP2104"))
    call_command("ports")
    assert capsys.readouterr().out.splitlines() == [
        "/dev/ttyUSB0   CP2104 - Silicon Labs CP210x",
        "/dev/ttyACM0   a serial port",
    ]


def test_command_prints_json(plug: Plug, capsys: pytest.CaptureFixture[str]) -> None:
    plug(make_port("/dev/ttyUSB0", CP210X, "CP2104"))
    call_command("ports", "--json")
    described = {"description": "CP2104 - Silicon Labs CP210x", "is_known": True}
    assert json.loads(capsys.readouterr().out) == [{"device": "/dev/ttyUSB0", **described}]


def test_command_says_when_there_is_none(plug: Plug, capsys: pytest.CaptureFixture[str]) -> None:
    plug()
    call_command("ports")
    assert "No board is plugged in" in capsys.readouterr().out
