"""Readings and summaries for exports, page by page.

Each page is a query of its own that begins behind the last key: no read transaction
stays open, so SQLite can tidy its WAL file however slow the client is.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet

from history.exports.scope import Scope
from readings.models import DaySummary, HourSummary, Reading
from readings.times import HOUR_MS, day_of, day_start_ms
from stations.models import Sensor

SIZE = 2_000  # rows of one page

_RAW = ("measured_at", "value", "delay_s", "is_outlier")
_SUMMARY = ("period", "count", "sum", "min", "max", "min_at", "max_at")


def sensors_of(scope: Scope) -> list[Sensor]:
    """Return the sensors in the order in which they are written."""
    found = Sensor.objects.select_related("station").order_by("station__name", "field")
    if scope.station_ids:
        found = found.filter(station_id__in=scope.station_ids)
    return list(found)


def pages(sensor_id: int, scope: Scope) -> Iterator[list[tuple[Any, ...]]]:
    """Return a sensor's rows, oldest first: `_RAW`, or `_SUMMARY` with its start in ms."""
    if scope.every == "raw":
        rows = Reading.objects.filter(sensor_id=sensor_id).values_list(*_RAW)
        return _paged(rows, "measured_at", scope.since, scope.until)
    zone = ZoneInfo(settings.TIME_ZONE)
    if scope.every == "hour":
        hours = HourSummary.objects.filter(sensor_id=sensor_id).values_list(*_SUMMARY)
        found = _paged(hours, "period", -(-scope.since // HOUR_MS), -(-scope.until // HOUR_MS))
        return map(partial(_started, lambda hour: hour * HOUR_MS), found)
    days = DaySummary.objects.filter(sensor_id=sensor_id).values_list(*_SUMMARY)
    first, end = _first_day(scope.since, zone), _first_day(scope.until, zone)
    return map(
        partial(_started, partial(day_start_ms, zone=zone)), _paged(days, "period", first, end)
    )


def _first_day(ms: int, zone: ZoneInfo) -> int:
    """Return the first day that begins at a time or after it."""
    if not 0 < ms < 1 << 45:
        return max(0, min(ms, 1 << 30))
    day = day_of(ms, zone)
    return day if day_start_ms(day, zone) == ms else day + 1


def _paged(
    rows: QuerySet[Any, tuple[Any, ...]], key: str, first: int, end: int
) -> Iterator[list[tuple[Any, ...]]]:
    rows = rows.filter(**{f"{key}__lt": min(end, (1 << 31) - 1 if key == "period" else end)})
    while page := list(rows.filter(**{f"{key}__gte": first}).order_by(key)[:SIZE]):
        yield page
        if len(page) < SIZE:
            return
        first = page[-1][0] + 1


def _started(start_of: Any, page: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [(start_of(row[0]), *row[1:]) for row in page]
