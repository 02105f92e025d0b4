"""Takes stations and sensors away together with everything they measured.

No reading is loaded: there may be millions.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Count

from readings.locks import write_transaction
from readings.models import Reading
from stations.models import Sensor, Station


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
    """Delete stations, their sensors, readings and summaries, or nothing at all."""
    with write_transaction():
        Station.objects.filter(pk__in=station_ids).delete()


def remove_sensor(sensor_id: int) -> None:
    """Delete one sensor, its readings and summaries. A board that posts it makes it anew."""
    with write_transaction():
        Sensor.objects.filter(pk=sensor_id).delete()
