"""Which two sensors are compared: inside and outside. One notion for charts and advice."""

from __future__ import annotations

from django.db.models import QuerySet

from stations.models import Placement, Quantity, Sensor


def pair_of(sensor: Sensor) -> tuple[Sensor, Sensor] | None:
    """Return the thermometers inside and outside to compare a sensor with its counterpart.

    The counterpart is that of the first active station (by name) outside; for a sensor that
    is outside itself, of the first inside. None when there is nothing to compare.
    """
    if sensor.quantity != Quantity.TEMPERATURE:
        return None
    if sensor.station.placement == Placement.OUTDOOR:
        inside = _thermometers(Placement.INDOOR).first()
        return (inside, sensor) if inside else None
    outside = _thermometers(Placement.OUTDOOR).first()
    return (sensor, outside) if outside else None


def _thermometers(placement: str) -> QuerySet[Sensor]:
    found = Sensor.objects.filter(
        quantity=Quantity.TEMPERATURE, station__placement=placement, station__is_active=True
    )
    return found.select_related("station").order_by("station__name", "field")
