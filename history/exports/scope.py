"""What an export is to hold. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from typing import Literal

from readings.units import TemperatureUnit

Every = Literal["raw", "hour", "day"]
FOREVER = 1 << 52  # milliseconds; SQLite and PostgreSQL compare it as it is


@dataclass(frozen=True, slots=True)
class Scope:
    """Which readings, and how they are written.

    `since` and `until` are milliseconds, the latter left out. Hours and days count
    when they begin within. Without `station_ids` every station is in.
    """

    station_ids: tuple[int, ...] = ()
    since: int = 0
    until: int = FOREVER
    every: Every = "raw"
    unit: TemperatureUnit = "C"
    zone: tzinfo | None = None  # None writes times in UTC
