"""Calls of boards, refused or not, as `readings.callers` gets to know of them."""

from __future__ import annotations

from readings import callers, device_requests, refused_boards
from readings.measurements import Measurement, Submission
from readings.outcomes import Outcome
from readings.times import now_ms
from stations.auth import StationCache
from stations.models import RefusedBoard
from stations.wire import Credentials
from tests.factories import TUTORIAL_KEY

MAC = "5c:cf:7f:0a:1b:2c"
ADDRESS = "192.168.1.23"


def make_call(
    mac: str = MAC, key: str = TUTORIAL_KEY, *, value: float | None = 21.5, address: str = ADDRESS
) -> Submission:
    measured = () if value is None else (Measurement(1, value, now_ms()),)
    return Submission(Credentials(key, mac), measured, address=address)


def send(*calls: Submission) -> list[Outcome]:
    """Answer calls as the server does."""
    return device_requests.settle_or_busy(StationCache(), list(calls))


def write_down() -> None:
    """Write what was noted, as the server's thread does after a moment."""
    refused_boards.write(callers.collector.take())


def refuse(*calls: Submission) -> None:
    """Answer calls and write down who was refused."""
    send(*calls)
    write_down()


def refused_board(mac: str = MAC, key: str = TUTORIAL_KEY) -> RefusedBoard:
    """Return the row of a board that just called in vain."""
    refuse(make_call(mac, key))
    return RefusedBoard.objects.get(mac=mac)
