"""The end of the way: a board has started, and its first reading is awaited."""

from __future__ import annotations

import time
from collections.abc import Callable

from firmware.board import BoardError
from firmware.console import Console, advice
from readings.models import Latest

_LOOK_EVERY_S = 0.5
# Waiting longer does not help: the board would say the same again.
_FINAL = ("key or MAC not registered", "Traceback")


class NoReading(BoardError):
    """Nothing came in time; the text is the board's own complaint, as far as it has one."""


def first_reading(
    station_id: int,
    since: int,
    console: Console,
    patience_s: float,
    *,
    ssid: str,
    server: str,
    on_line: Callable[[str], None],
) -> Latest:
    """Return the station's first reading that was received after `since`, in ms.

    Raises `NoReading`.
    """
    deadline = time.monotonic() + patience_s
    complaint = heard = ""
    while time.monotonic() < deadline:
        for line in console.lines(_LOOK_EVERY_S):
            on_line(line)
            heard = line
            complaint = advice(line, ssid=ssid, server=server) or complaint
        if latest := _latest(station_id, since):
            return latest
        if heard.startswith(_FINAL):
            break
    raise NoReading(complaint or _silence(heard, patience_s))


def _latest(station_id: int, since: int) -> Latest | None:
    found = Latest.objects.filter(sensor__station_id=station_id, received_at__gte=since)
    return found.select_related("sensor").order_by("sensor__field").first()


def _silence(heard: str, patience_s: float) -> str:
    if heard:
        return f"No reading arrived within {patience_s:.0f} s. The board's last words: {heard}"
    return (
        f"No reading arrived within {patience_s:.0f} s, and the board says nothing."
        " Press its reset button; if nothing comes then, write MicroPython anew with --firmware."
    )
