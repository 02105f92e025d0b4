"""Is this board registered? Answered from memory, checked against the database."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from stations import keys
from stations.mac import InvalidMac, canonical_mac
from stations.models import Calibration, Sensor, Station
from stations.registry import Registry
from stations.wire import Credentials

Cause = Literal["unknown station", "wrong key", "inactive station"]

# Of a sensor's calibrations: from when, and what is added. Newest first.
Offsets = tuple[tuple[int, float], ...]

# Compared with when the station is unknown, so that the answer takes as long.
_NOBODY = keys.digest("")


@dataclass(frozen=True, slots=True)
class SensorEntry:
    id: int
    quantity: str
    unit: str
    raw_since: int = 0
    offsets: Offsets = ()


@dataclass(frozen=True, slots=True)
class Writer:
    """A station as the ingest path knows it."""

    station_id: int
    name: str
    key_digest: str
    old_key_digest: str
    is_active: bool
    sensors: dict[int, SensorEntry]


@dataclass(frozen=True, slots=True)
class Denied:
    """Why a board may not write. For the operator: the board gets one answer for all."""

    cause: Cause


class StationCache:
    """Every registered station, held in memory by one worker.

    `refresh` costs one indexed SELECT of one number while nothing changed.
    """

    def __init__(self) -> None:
        self._version = -1
        self._writers: dict[str, Writer] = {}

    def refresh(self) -> bool:
        """Reload when any process changed a station, key or sensor; True if it did."""
        version = Registry.current()
        if version == self._version:
            return False
        self._writers, self._version = _load_writers(), version
        return True

    def authenticate(self, credentials: Credentials) -> Writer | Denied:
        """Return the station these credentials belong to, or why they do not."""
        writer = self._find(credentials.mac)
        offered = keys.digest(credentials.key)
        if writer is None:
            keys.matches(offered, _NOBODY)
            return Denied("unknown station")
        if not keys.matches(offered, writer.key_digest):
            is_old = keys.matches(offered, writer.old_key_digest or _NOBODY)
            if not (is_old and writer.old_key_digest):
                return Denied("wrong key")
        return writer if writer.is_active else Denied("inactive station")

    def _find(self, mac: str) -> Writer | None:
        found = self._writers.get(mac)  # most boards send it as it is stored
        if found is not None:
            return found
        try:
            return self._writers.get(canonical_mac(mac))
        except InvalidMac:
            return None


def ends_rotation(writer: Writer, credentials: Credentials) -> bool:
    """True when a board uses its new key while the old one is still good."""
    return bool(writer.old_key_digest) and keys.matches(
        keys.digest(credentials.key), writer.key_digest
    )


def offsets_by_sensor(sensor_ids: Collection[int] | None = None) -> dict[int, Offsets]:
    """Return the calibrations of these sensors, or of all; of most houses that is nothing."""
    found = Calibration.objects.order_by("-since")
    if sensor_ids is not None:
        found = found.filter(sensor_id__in=sensor_ids)
    offsets: dict[int, Offsets] = {}
    for sensor_id, since, offset in found.values_list("sensor_id", "since", "offset"):
        offsets[sensor_id] = (*offsets.get(sensor_id, ()), (since, offset))
    return offsets


def _load_writers() -> dict[str, Writer]:
    sensors: dict[int, dict[int, SensorEntry]] = {}
    offsets = offsets_by_sensor()
    for sensor in Sensor.objects.all():
        entry = SensorEntry(
            sensor.pk, sensor.quantity, sensor.unit, sensor.raw_since, offsets.get(sensor.pk, ())
        )
        sensors.setdefault(sensor.station_id, {})[sensor.field] = entry
    return {
        station.mac: Writer(
            station.pk,
            station.name,
            station.key_digest,
            station.old_key_digest,
            station.is_active,
            sensors.get(station.pk, {}),
        )
        for station in Station.objects.all()
    }
