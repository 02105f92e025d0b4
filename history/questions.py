"""What a visitor of a station's page asks with its address. Reads, never writes."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.translation import gettext as _

from history.ranges import BadRange, Range, between, named
from history.series import first_day_of
from readings.times import day_start_ms
from stations.models import Sensor, Station

_MOST_OVERLAYS = 9


@dataclass(frozen=True, slots=True)
class Question:
    """One sensor, the others of the same quantity, which of them are drawn too, and when."""

    station: Station
    sensors: list[Sensor]
    sensor: Sensor
    comparable: list[Sensor]
    overlaid: list[Sensor]
    period: Range
    complaint: str

    @property
    def drawn(self) -> list[Sensor]:
        return [self.sensor, *self.overlaid]


def ask(station: Station, query: QueryDict, now: int, zone: ZoneInfo) -> Question | None:
    """Return what is asked; None while the station has no sensor."""
    sensors = list(station.sensors.all())
    for one in sensors:
        one.station = station
    sensor = _chosen(sensors, query.get("field", ""))
    if sensor is None:
        return None
    comparable = _comparable(sensor)
    wanted = set(query.getlist("with"))
    overlaid = [one for one in comparable if str(one.pk) in wanted]
    try:
        period, complaint = _period(query, [sensor, *overlaid], now, zone), ""
    except BadRange:
        period = named("24h", now, None, zone)
        complaint = _("That is no range of time. These are the last 24 hours.")
    return Question(station, sensors, sensor, comparable, overlaid, period, complaint)


def _chosen(sensors: list[Sensor], field: str) -> Sensor | None:
    """Return the sensor of a field, else the one that a card shows large."""
    asked = [one for one in sensors if str(one.field) == field]
    thermometers = [one for one in sensors if one.quantity == "temperature"]
    return next(iter([*asked, *thermometers, *sensors]), None)


def _comparable(sensor: Sensor) -> list[Sensor]:
    """Return the sensors of other active stations that measure the same."""
    others = Sensor.objects.filter(quantity=sensor.quantity, station__is_active=True)
    found = others.exclude(station=sensor.station_id).select_related("station")
    return list(found.order_by("station__name", "field")[:_MOST_OVERLAYS])


def _period(query: QueryDict, drawn: list[Sensor], now: int, zone: ZoneInfo) -> Range:
    if since := query.get("from"):
        return between(since, query.get("to") or "", now, zone)
    name = query.get("range") or "24h"
    first = first_day_of([one.pk for one in drawn]) if name == "all" else None
    return named(name, now, None if first is None else day_start_ms(first, zone), zone)
