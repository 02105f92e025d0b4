"""Takes stations and sensors away together with everything they measured.

No reading is loaded: there may be millions.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Count

from readings.locks import write_transaction
from readings.models import Reading
from stations import verbs
from stations.models import Sensor, Station

CHUNK = 20_000  # 20 ms on a PC, a fifth of a second on a Raspberry Pi


def count_readings(sensor_ids: Sequence[int]) -> dict[int, int]:
    """Return how many readings each sensor has; none are left out, outliers included."""
    found = (
        Reading.objects.filter(sensor_id__in=sensor_ids)
        .values("sensor_id")
        .annotate(n=Count("measured_at"))
    )
    counts = {row["sensor_id"]: int(row["n"]) for row in found}
    return {sensor_id: counts.get(sensor_id, 0) for sensor_id in sensor_ids}


def remove_stations(station_ids: Sequence[int]) -> None:
    """Delete stations, their sensors, readings and summaries."""
    empty_stations(station_ids)
    with write_transaction():
        Station.objects.filter(pk__in=station_ids).delete()


def remove_sensor(sensor_id: int) -> None:
    """Delete one sensor, its readings and summaries. A board that posts it makes it anew."""
    _remove_readings(sensor_id)
    with write_transaction():
        Sensor.objects.filter(pk=sensor_id).delete()


def empty_stations(station_ids: Sequence[int]) -> None:
    """Delete most of what goes with stations, ahead of them; they are inactive from then on.

    Cut short, it leaves an inactive station to be deleted again.
    """
    verbs.set_active(station_ids, False)  # nothing new may arrive meanwhile
    for sensor in Sensor.objects.filter(station_id__in=station_ids):
        _remove_readings(sensor.pk)


def _remove_readings(sensor_id: int) -> None:
    """Delete a sensor's readings but the last few, in transactions that boards can wait for."""
    readings = Reading.objects.filter(sensor_id=sensor_id).order_by("measured_at")
    times = readings.values_list("measured_at", flat=True)
    while (end := times[CHUNK : CHUNK + 1].first()) is not None:
        with write_transaction():
            Reading.objects.filter(sensor_id=sensor_id, measured_at__lt=end).delete()
