"""What pages and the watcher ask of the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection
from django.db.models import Max, Prefetch

from readings.models import DaySummary, HourSummary, Latest
from readings.times import MINUTE_MS, SECOND_MS, hour_of
from stations.models import Sensor, Station
from stations.state import State, state_after

# Two windows whose middles lie 55 minutes apart: enough to tell a trend from noise.
_RECENT_MS, _EARLIER_MS, _TREND_MS = 10 * MINUTE_MS, 50 * MINUTE_MS, 70 * MINUTE_MS
_BETWEEN_HOURS = 55 / 60
# Who has begun to post since the earlier window is not asked for the recent one: of a busy
# sensor that is many readings. What lies between the two is not read at all.
_WINDOW = """FROM readings_reading WHERE sensor_id = stations_sensor.id
  AND measured_at > %s AND measured_at <= %s AND NOT is_outlier"""
_MEANS = f"""
SELECT id, (SELECT avg(value) {_WINDOW}), (SELECT avg(value) {_WINDOW})
FROM stations_sensor WHERE EXISTS (SELECT 1 {_WINDOW}) AND id IN ({{}})"""  # noqa: S608


def station_states(now: int) -> dict[str, State]:
    """Return the state of every active station by name; `now` in milliseconds."""
    stations = Station.objects.filter(is_active=True).annotate(
        heard_at=Max("sensors__latest__received_at")
    )
    return {
        station.name: state_after(quiet_seconds(station.heard_at, now), station.expected_interval_s)
        for station in stations
    }


def quiet_seconds(heard_at: int | None, now: int) -> float | None:
    """Return how long ago something was heard, None for never."""
    return None if heard_at is None else max(0, now - heard_at) / SECOND_MS


def stations_for_dashboard() -> list[Station]:
    """Return active stations with their sensors and latest values, in two queries."""
    sensors = Prefetch("sensors", Sensor.objects.select_related("latest"))
    return list(Station.objects.filter(is_active=True).prefetch_related(sensors))


def latest_of(sensor: Sensor) -> Latest | None:
    """Return a sensor's latest reading; None before the first."""
    return getattr(sensor, "latest", None)


def latests_of(station: Station) -> list[Latest]:
    """Return the latest readings of a station's sensors, fetched with it."""
    return [latest for sensor in station.sensors.all() if (latest := latest_of(sensor))]


def quiet_seconds_of(station: Station, now: int) -> float | None:
    """Return how long ago a station was heard of, None for never."""
    return quiet_seconds(
        max((latest.received_at for latest in latests_of(station)), default=None), now
    )


def state_of(station: Station, now: int) -> State:
    """Return the state of a station that came with its sensors."""
    return state_after(quiet_seconds_of(station, now), station.expected_interval_s)


def summaries_of_day(sensor_ids: Sequence[int], day: int) -> dict[int, DaySummary]:
    """Return the summary of one local day by sensor."""
    found = DaySummary.objects.filter(sensor_id__in=sensor_ids, period=day)
    return {summary.sensor_id: summary for summary in found}


class Hour(NamedTuple):
    """One hour of a sensor; `period` counts the UTC hours since 1970."""

    period: int
    mean: float
    low: float
    high: float


def summaries_of_hours(sensor_ids: Sequence[int], since: int, until: int) -> dict[int, list[Hour]]:
    """Return the hours between two times by sensor, oldest first."""
    found = HourSummary.objects.filter(
        sensor_id__in=sensor_ids, period__gte=hour_of(since), period__lte=hour_of(until)
    ).order_by("period")
    by_sensor: dict[int, list[Hour]] = {}
    # As models they took a tenth of a dashboard's time.
    for sensor_id, period, count, total, low, high in found.values_list(
        "sensor_id", "period", "count", "sum", "min", "max"
    ):
        by_sensor.setdefault(sensor_id, []).append(Hour(period, total / count, low, high))
    return by_sensor


def trends(sensor_ids: Sequence[int], now: int) -> dict[int, float]:
    """Return the change per hour by sensor, for those with readings enough to tell.

    Of what was measured: an offset that begins within the last hour is no change of the air.
    """
    if not sensor_ids:
        return {}
    recent, earlier = (now - _RECENT_MS, now), (now - _TREND_MS, now - _EARLIER_MS)
    marks = ", ".join(["%s"] * len(sensor_ids))
    with connection.cursor() as cursor:
        cursor.execute(_MEANS.format(marks), [*recent, *earlier, *earlier, *sensor_ids])
        means = cursor.fetchall()
    return {
        sensor_id: (recent_mean - earlier_mean) / _BETWEEN_HOURS
        for sensor_id, recent_mean, earlier_mean in means
        if recent_mean is not None
    }
