"""A station without a board: it measures a believable weather and posts it as a board would."""

from __future__ import annotations

import http.client
import secrets
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import Request, urlopen
from zlib import crc32
from zoneinfo import ZoneInfo

from django.conf import settings

from readings.times import MINUTE_MS, SECOND_MS
from readings.weather import Climate
from stations.models import Placement, Station

Get = Callable[[str], tuple[int, str]]

TEMPERATURE, HUMIDITY = 1, 2
_PREFIX = "02:5e:"  # locally administered: no maker's board has such an address
_CAPACITY = 960  # readings kept through an outage
_PATIENCE_S = 10
_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"


def new_mac() -> str:
    """An address for a station that no board will ever have."""
    rest = secrets.token_hex(4)
    return _PREFIX + ":".join(rest[at : at + 2] for at in range(0, 8, 2))


def is_virtual(station: Station) -> bool:
    return station.mac.startswith(_PREFIX)


@dataclass(frozen=True, slots=True)
class _Waiting:
    number: int
    field: int
    value: float
    measured_at: int


class VirtualStation:
    """Measures, queues, sends the oldest first, and keeps what was not acknowledged."""

    def __init__(
        self, server: str, api_key: str, mac: str, *, is_outdoor: bool, get: Get | None = None
    ) -> None:
        self._start = f"{server.rstrip('/')}/update/API_key={quote(api_key, safe='')}/mac={mac}"
        self._secret = api_key
        self._place: Literal["outdoor", "indoor"] = "outdoor" if is_outdoor else "indoor"
        self._get = get or _http_get
        self._boot = "".join(secrets.choice(_ALPHABET) for _ in range(8))
        self._number = 0
        self._waiting: deque[_Waiting] = deque(maxlen=_CAPACITY)
        self._climate = _climate(crc32(mac.encode()))

    def __len__(self) -> int:
        """How many readings are not acknowledged yet."""
        return len(self._waiting)

    def measure(self, now: int) -> str:
        """Queue what the thermometer and the hygrometer say at this time, in ms."""
        air = getattr(self._climate.at(now // MINUTE_MS), self._place)
        for field, value in ((TEMPERATURE, air.temperature), (HUMIDITY, air.humidity)):
            self._number += 1
            self._waiting.append(_Waiting(self._number, field, value, now))
        return f"measured {air.temperature:.2f} C, {air.humidity:.0f} %"

    def send(self, clock: Callable[[], int]) -> Iterator[str]:
        """Send until all is acknowledged or something goes wrong; say what a board would."""
        while self._waiting:
            status, words = self._post(self._waiting[0], clock())
            if status == 200 and words.startswith("OK"):
                self._waiting.popleft()
            elif status == 400:
                self._waiting.popleft()
                yield f"server refuses this reading, dropped: {words}"
            else:
                yield f"{_complaint(status, words)}; {len(self)} waiting"
                return
        yield "sent, 0 waiting"

    def _post(self, reading: _Waiting, now: int) -> tuple[int, str]:
        age = max(0, now - reading.measured_at) // SECOND_MS
        path = f"/field={reading.field}/data={reading.value:.2f}/age={age}"
        status, words = self._get(f"{self._start}{path}/seq={self._boot}-{reading.number}")
        return status, words.replace(self._secret, "***")


def _complaint(status: int, words: str) -> str:
    if status == 0:
        return f"server does not answer: {words}"
    if status == 403:
        return f"key or MAC not registered: {words}"
    return f"server answered {status} {words}"


def _climate(seed: int) -> Climate:
    offset = datetime.now(ZoneInfo(settings.TIME_ZONE)).utcoffset()
    return Climate(seed, int(offset.total_seconds()) // 60 if offset else 0)


def _http_get(url: str) -> tuple[int, str]:
    """Status and words; status 0 when there is no answer."""
    request = Request(url, headers={"User-Agent": "iotserver virtual station"})  # noqa: S310
    try:
        with urlopen(request, timeout=_PATIENCE_S) as reply:  # noqa: S310 - checked by its caller
            return reply.status, reply.read(100).decode(errors="replace").strip()
    except HTTPError as error:
        return error.code, error.read(100).decode(errors="replace").strip()
    except (URLError, OSError, http.client.HTTPException) as error:
        return 0, str(getattr(error, "reason", error))


def is_outdoor(placement: str) -> bool:
    return placement == Placement.OUTDOOR
