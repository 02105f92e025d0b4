"""Which serial ports there are, and which of them a board may be on."""

from __future__ import annotations

from dataclasses import dataclass

from serial.tools import list_ports

from firmware.board import BoardError

# USB chips that boards carry (maker's number).
_MAKERS = {
    0x10C4: "Silicon Labs CP210x",
    0x1A86: "WCH CH340",
    0x0403: "FTDI",
    0x067B: "Prolific",
    0x303A: "Espressif",
}


class NoPort(BoardError):
    def __init__(self) -> None:
        super().__init__(
            "No board is plugged in. Use a USB cable that carries data; on Windows the board's USB"
            " chip (CP210x or CH340) may need its driver."
        )


class ManyPorts(BoardError):
    def __init__(self, ports: list[Port]) -> None:
        lines = "".join(f"\n  --port {port}" for port in ports)
        super().__init__(f"There is more than one port. Say which is the board's:{lines}")


@dataclass(frozen=True, slots=True)
class Port:
    device: str
    description: str
    is_known: bool  # its USB chip is one that boards carry

    def __str__(self) -> str:
        return f"{self.device}   {self.description}"


def usb_ports() -> list[Port]:
    """Every serial port on USB, those a board is likely to be on first."""
    found = [
        Port(one.device, _description(one.description, one.vid), one.vid in _MAKERS)
        for one in list_ports.comports()
        if one.vid is not None
    ]
    return sorted(found, key=lambda port: (not port.is_known, port.device))


def choose_port(given: str = "") -> str:
    """Return the port that was given, or the only one there is."""
    if given:
        return given
    ports = usb_ports()
    likely = [port for port in ports if port.is_known] or ports
    if not likely:
        raise NoPort
    if len(likely) > 1:
        raise ManyPorts(ports)
    return likely[0].device


def _description(description: str | None, vid: int) -> str:
    known = _MAKERS.get(vid, "")
    told = "" if description in (None, "n/a") else str(description)
    return " - ".join(filter(None, (told, known))) or "a serial port"
