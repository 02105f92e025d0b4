"""Two demo stations: a year of believable readings at once, and live ones from then on.

They exist to try the pages before any board is built. Real stations are never
touched: everything here goes by `is_demo`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError
from django.db.models import Max

from readings import removal
from readings.ingest import record_readings
from readings.locks import write_transaction
from readings.measurements import Measurement
from readings.times import DAY_MS, HOUR_MS, MINUTE_MS
from readings.weather import Climate, Minute
from stations import verbs
from stations.models import Placement, Station

Tell = Callable[[int, int], None]
_Weather = tuple[int, Minute]  # since when, in ms, and how it is

# Locally administered addresses: no maker's board can have one.
LIVING_ROOM_MAC = "02:de:00:00:00:01"
GARDEN_MAC = "02:de:00:00:00:02"
_STATIONS = (
    ("Living room (demo)", LIVING_ROOM_MAC, Placement.INDOOR),
    ("Garden (demo)", GARDEN_MAC, Placement.OUTDOOR),
)

# What goes wrong in a house: days before now, hours lost, whose.
_GAPS = (
    (2.3, 0.5, (LIVING_ROOM_MAC, GARDEN_MAC)),  # the router restarts
    (19.4, 3.7, (LIVING_ROOM_MAC, GARDEN_MAC)),  # a power cut
    (93.7, 9.2, (GARDEN_MAC,)),  # a flat battery
    (204.6, 31.0, (LIVING_ROOM_MAC,)),  # somebody needed the charger
)

_SEED = 1959
_TEMPERATURE, _HUMIDITY = 1, 2
_CATCH_UP_MS = DAY_MS
# One transaction of a station, 10 ms on a PC: boards that post meanwhile wait for no more.
_FILL_MS = DAY_MS // 2


def _tell_nobody(done: int, total: int) -> None:
    """Keep the days done, out of how many, to itself."""


class DemoExists(Exception):
    """The demo has been seeded before."""


def seed(now: int, days: int = 365, tell: Tell = _tell_nobody) -> int:
    """Register the demo stations with `days` of readings; return how many were stored.

    Raises `DemoExists`. The stations stay inactive until they are complete, so
    that nobody is alarmed by them, and what an interrupted call left behind is
    known by that and replaced.
    """
    if Station.objects.filter(is_demo=True, is_active=True).exists():
        raise DemoExists
    remove()
    stations = _register()
    try:
        stored = _fill(stations, now, days, tell)
    except BaseException:
        remove()
        raise
    verbs.set_active([station.pk for station in stations], True)
    return stored


def extend(now: int) -> None:
    """Post what the demo stations would have posted by now, if there are any.

    After a long stop the last day is made up for; before it, a gap stays as it
    would with a board.
    """
    demo = Station.objects.filter(is_demo=True, is_active=True)
    for station in demo.annotate(newest=Max("sensors__latest__measured_at")):
        start = max((station.newest or 0) + 1, now - _CATCH_UP_MS)
        if due := _measure(station, _weather(start, now + 1)):
            _post(station, due)


def remove() -> int:
    """Remove the demo stations and all they stored; return how many stations there were."""
    stations = list(Station.objects.filter(is_demo=True).values_list("pk", flat=True))
    removal.remove_stations(stations)
    return len(stations)


def _register() -> list[Station]:
    with write_transaction():
        stations = [
            verbs.register_station(name, mac, placement=placement, is_demo=True).station
            for name, mac, placement in _STATIONS
        ]
        verbs.set_active([station.pk for station in stations], False)
    return stations


def _fill(stations: Iterable[Station], now: int, days: int, tell: Tell) -> int:
    stored = 0
    begin = now - days * DAY_MS
    for start in range(begin, now, _FILL_MS):
        weather = _weather(start, start + _FILL_MS)
        for station in stations:
            measured = _measure(station, _without_gaps(weather, station.mac, now))
            stored += record_readings(station, measured, is_history=True)
        tell((start + _FILL_MS - begin) // DAY_MS, days)
    return stored


def _post(station: Station, due: list[Measurement]) -> None:
    try:
        record_readings(station, due, is_history=True)
    except IntegrityError:
        # Removed a moment ago. Should it be another fault, the next round has it too.
        if Station.objects.filter(pk=station.pk).exists():
            raise


def _weather(start: int, end: int) -> list[_Weather]:
    """Return the weather of every minute from `start` up to but not including `end`, in ms."""
    climate = _climate()
    minutes = range(-(-start // MINUTE_MS), -(-end // MINUTE_MS))
    return [(minute * MINUTE_MS, climate.at(minute)) for minute in minutes]


def _without_gaps(weather: Iterable[_Weather], mac: str, now: int) -> list[_Weather]:
    gaps = [
        (now - days * DAY_MS, now - days * DAY_MS + hours * HOUR_MS)
        for days, hours, macs in _GAPS
        if mac in macs
    ]
    return [one for one in weather if not any(start <= one[0] < end for start, end in gaps)]


def _measure(station: Station, weather: Iterable[_Weather]) -> list[Measurement]:
    """Return what a station's two sensors measure in this weather."""
    is_garden = station.mac == GARDEN_MAC
    air = [(at, minute.outdoor if is_garden else minute.indoor) for at, minute in weather]
    # One sensor after the other: the database appends faster than it alternates.
    return [Measurement(_TEMPERATURE, one.temperature, at, is_exact=True) for at, one in air] + [
        Measurement(_HUMIDITY, one.humidity, at, is_exact=True) for at, one in air
    ]


def _climate() -> Climate:
    """Return the house's climate; its clock is the zone's winter time, the sun knows no other."""
    zone = ZoneInfo(settings.TIME_ZONE)
    offsets = [datetime(2026, month, 1, tzinfo=zone).utcoffset() for month in (1, 7)]
    winter = min(offset for offset in offsets if offset is not None)
    return Climate(_SEED, int(winter.total_seconds()) // 60)
