"""Makes what a test needs. Every argument is optional; name only what the test is about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from itertools import count
from typing import Any

from alerts.models import Channel
from readings.ingest import record_readings
from readings.measurements import Measurement
from readings.times import SECOND_MS, now_ms
from stations import verbs
from stations.models import Placement, Sensor, Station

# The key and the MAC of the published tutorial.
TUTORIAL_KEY = "TGS894F"
TUTORIAL_MAC = "6c:ef:7r:3b:9d:e8"

_serial = count(1)


def make_station(
    *,
    name: str = "",
    mac: str = "",
    api_key: str = TUTORIAL_KEY,
    placement: str = Placement.INDOOR,
    interval_s: int = 60,
    is_active: bool = True,
    is_demo: bool = False,
) -> Station:
    """Register a station; name and MAC are unlike any other's unless given."""
    number = next(_serial)
    station = verbs.register_station(
        name or f"Station {number}",
        mac or f"5c:cf:7f:00:{number // 256 % 256:02x}:{number % 256:02x}",
        placement=placement,
        api_key=api_key,
        interval_s=interval_s,
        is_demo=is_demo,
    ).station
    if not is_active:
        station.is_active = False
        station.save()
    return station


def make_sensor(
    station: Station | None = None,
    *,
    field: int = 1,
    quantity: str = "",
    unit: str | None = None,
    label: str = "",
) -> Sensor:
    """Return the sensor of a field, made and changed to what is asked for."""
    sensor = verbs.ensure_sensor((station or make_station()).pk, field)
    sensor.quantity = quantity or sensor.quantity
    sensor.unit = sensor.unit if unit is None else unit
    sensor.label = label
    sensor.save()
    return sensor


def make_measurements(
    values: Sequence[float] = (21.5,),
    *,
    field: int = 1,
    until: int = 0,
    every_s: int = 60,
    is_exact: bool = True,
) -> list[Measurement]:
    """Return one measurement per value, `every_s` apart, the last at `until` (now), in ms."""
    last = until or now_ms()
    first = last - (len(values) - 1) * every_s * SECOND_MS
    return [
        Measurement(field, value, first + place * every_s * SECOND_MS, is_exact)
        for place, value in enumerate(values)
    ]


def make_readings(
    station: Station | None = None,
    values: Sequence[float] = (21.5,),
    *,
    field: int = 1,
    until: int = 0,
    every_s: int = 60,
) -> Sensor:
    """Record values as a station would have posted them; return their sensor."""
    station = station or make_station()
    record_readings(station, make_measurements(values, field=field, until=until, every_s=every_s))
    return Sensor.objects.get(station=station, field=field)


def update_path(
    station: Station | None = None,
    *,
    api_key: str = TUTORIAL_KEY,
    mac: str | None = None,
    field: object = 1,
    data: object = "21.5",
    rest: str = "",
) -> str:
    """Return the path a board of this station asks for; `rest` follows it, e.g. `/age=60`."""
    if mac is None:
        mac = station.mac if station else TUTORIAL_MAC
    return f"/update/API_key={api_key}/mac={mac}/field={field}/data={data}{rest}"


def record_history(
    station: Station | None = None,
    values: Sequence[float] = (21.5,),
    *,
    field: int = 1,
    until: int = 0,
    every_s: int = 60,
) -> None:
    """Record values as if each had been heard of when it was measured, the last at `until`."""
    measurements = make_measurements(values, field=field, until=until, every_s=every_s)
    record_readings(station or make_station(), measurements, is_history=True)


def make_channel(
    url: str = "ntfys://needle-topic",
    *,
    name: str = "",
    is_in_house: bool = True,
    quiet: tuple[time, time] | None = None,
    **values: Any,
) -> Channel:
    """Return a channel that tells everything, to a service in the house."""
    begin, end = quiet or (None, None)
    return Channel.objects.create(
        name=name or f"Channel {next(_serial)}",
        url=url,
        shown_as="ntfy",
        is_in_house=is_in_house,
        quiet_from=begin,
        quiet_until=end,
        **values,
    )
