"""What the fold and the forecast are made of, from the database. Reads only."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings

from alerts.advice.forecast import DAYS
from alerts.advice.models import AdvisedPair
from alerts.advice.window import Seen, Window
from readings.calibration import value_of
from readings.models import DaySummary, HourSummary, Reading
from readings.times import DAY_MS, SECOND_MS, DayFinder, day_of, hour_of
from stations.models import Sensor
from stations.state import grace_seconds

_SEASON_DAYS = 3


def fresh_ms(sensor: Sensor) -> int:
    """Return how old a value may be to count as now: as long as its station is not silent."""
    return grace_seconds(sensor.station.expected_interval_s) * SECOND_MS


def windows(pair: AdvisedPair, since: int, until: int) -> tuple[Window, Window]:
    """Return what was known inside and outside from `since` to `until`, in milliseconds."""
    inside, outside = (
        Window(_readings(sensor, since, until), fresh_ms(sensor))
        for sensor in (pair.inside, pair.outside)
    )
    return inside, outside


def _readings(sensor: Sensor, since: int, until: int) -> list[Seen]:
    shown = Reading.objects.filter(
        sensor=sensor,
        measured_at__gte=since - fresh_ms(sensor),
        measured_at__lte=until,
        is_outlier=False,
    ).annotate(shown=value_of([sensor.pk]))
    rows = shown.values_list("measured_at", "delay_s", "shown")
    return [Seen(at, at + delay_s * SECOND_MS, value) for at, delay_s, value in rows]


def hourly_differences(pair: AdvisedPair, since: int, until: int) -> dict[int, float]:
    """Return the mean of inside minus outside by hour, as far back as forecasts look."""
    first, last = hour_of(since - (DAYS * DAY_MS + DAY_MS // 8)), hour_of(until)
    rows = HourSummary.objects.filter(
        sensor__in=(pair.inside_id, pair.outside_id), period__gte=first, period__lte=last
    ).values_list("sensor_id", "period", "sum", "count")
    inside: dict[int, float] = {}
    outside: dict[int, float] = {}
    for sensor_id, period, total, count in rows:
        (inside if sensor_id == pair.inside_id else outside)[period] = total / count
    return {hour: inside[hour] - outside[hour] for hour in inside.keys() & outside.keys()}


def recent_max(pair: AdvisedPair, since: int, until: int) -> Callable[[int], float | None]:
    """Return a function of time: how warm it became outside on the three days before."""
    zone = ZoneInfo(settings.TIME_ZONE)
    first, last = day_of(since, zone) - _SEASON_DAYS, day_of(until, zone)
    warmest = dict(
        DaySummary.objects.filter(
            sensor=pair.outside_id, period__gte=first, period__lt=last
        ).values_list("period", "max")
    )
    find_day = DayFinder(zone)
    found: dict[int, float | None] = {}

    def of(at: int) -> float | None:
        day = find_day(at)
        if day not in found:
            before = [warmest[d] for d in range(day - _SEASON_DAYS, day) if d in warmest]
            found[day] = max(before, default=None)
        return found[day]

    return of
