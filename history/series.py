"""What a chart shows of a sensor, sized to the screen. The only place that reads rows for it.

SQL of its own: Django's query sets took twice as long as the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from django.db import connection
from django.db.models import Min

from history.buckets import Plan, Source, Stretch, plan, with_gaps
from history.cooler import Point, Spell, cooler_outside
from history.ranges import Range
from readings.calibration import value_sql
from readings.models import DaySummary
from readings.times import DAY_MS, HOUR_MS, SECOND_MS
from stations.models import Sensor
from stations.state import LIVE_INTERVALS, grace_seconds

_LATE_AT_LEAST_S = 60
_HOURLY_SHADE_MS = 62 * DAY_MS

# Every reading a chart draws comes from one of these two.
_READINGS = """
SELECT measured_at, {value}, CASE WHEN delay_s > %s THEN 1 ELSE 0 END
FROM readings_reading
WHERE sensor_id = %s AND measured_at >= %s AND measured_at < %s AND NOT is_outlier
ORDER BY measured_at LIMIT %s"""
_GROUPED_READINGS = """
SELECT measured_at / %s, MIN({value}), SUM({value}) / COUNT(*), MAX({value}), COUNT(*),
       SUM(CASE WHEN delay_s > %s THEN 1 ELSE 0 END)
FROM readings_reading
WHERE sensor_id = %s AND measured_at >= %s AND measured_at < %s AND NOT is_outlier
GROUP BY 1 ORDER BY 1"""

_GROUPED_SUMMARIES = """
SELECT period / %s, MIN(min), SUM(sum) / SUM(count), MAX(max), SUM(count)
FROM {table} WHERE sensor_id = %s AND period >= %s AND period < %s
GROUP BY 1 ORDER BY 1"""
_SUMMARIES = """
SELECT period, min, sum / count, max, count
FROM {table} WHERE sensor_id = %s AND period >= %s AND period < %s ORDER BY period"""
_COUNT = """
SELECT COALESCE(SUM(count), 0) FROM readings_hoursummary
WHERE sensor_id = %s AND period >= %s AND period < %s"""
_TABLES: dict[Source, str] = {"hour": "readings_hoursummary", "day": "readings_daysummary"}

_Ended = tuple[Stretch, int]  # with its end


@dataclass(frozen=True, slots=True)
class Series:
    """Stretches in order of time, empty ones in the gaps. Values in the stored unit.

    `width_ms` is 0 when each stretch is one reading.
    """

    sensor: Sensor
    source: Source
    width_ms: int
    stretches: list[Stretch]


def read_series(sensor: Sensor, period: Range, points: int, zone: tzinfo) -> Series:
    """Return a sensor's readings if there are `points` or fewer, else so many buckets.

    Gaps come on top. Where readings are deleted already, their hours take their place.
    """
    has_raw = period.since >= sensor.raw_since
    cut = plan(period.since, period.until, points, zone, has_raw=has_raw)
    rows = [] if cut.source == "raw" else _summaries(sensor, cut)
    if has_raw and _at_least(sensor, period, cut, rows) <= points:
        few = _few_readings(sensor, period, points)
        if few is not None:
            return Series(sensor, "raw", 0, _gapped(sensor, few, period))
    if cut.source == "raw":
        rows = _grouped_readings(sensor, cut)
    ended = (
        (Stretch(cut.start_ms(bucket), *facts), cut.start_ms(bucket + 1)) for bucket, *facts in rows
    )
    return Series(sensor, cut.source, cut.width_ms, _gapped(sensor, ended, period))


def shade(inside: Series, outside: Series, period: Range, zone: tzinfo) -> list[Spell]:
    """Return when it was cooler outside than inside: as the chart is drawn, by the hour where
    that is finer, and not at all over more than two months.
    """
    if period.until - period.since > _HOURLY_SHADE_MS:
        return []
    spells = cooler_outside(
        _hourly_points(inside, period, zone), _hourly_points(outside, period, zone), period.until
    )
    return [Spell(max(one.since, period.since), one.until) for one in spells]


def _hourly_points(series: Series, period: Range, zone: tzinfo) -> Iterator[Point]:
    if series.width_ms > HOUR_MS:
        hours = (period.until - period.since) // HOUR_MS + 2
        series = read_series(series.sensor, period, hours, zone)
    return ((one.at, one.mean) for one in series.stretches)


def first_day_of(sensor_ids: Sequence[int]) -> int | None:
    """Return the first local day on which any of these sensors measured; None: never."""
    days = DaySummary.objects.filter(sensor_id__in=sensor_ids)
    first: int | None = days.aggregate(first=Min("period"))["first"]
    return first


def late_after_s(sensor: Sensor) -> int:
    """Return beyond which delay a reading counts as back-filled: it was no longer live."""
    return max(LIVE_INTERVALS * sensor.station.expected_interval_s, _LATE_AT_LEAST_S)


def _at_least(sensor: Sensor, period: Range, cut: Plan, rows: Sequence[Any]) -> int:
    """Return how many readings a period has at least, from summaries that lie wholly in it.

    Asking the readings themselves took longer than all else of a year's chart.
    """
    if cut.source == "raw":
        hours = [sensor.pk, -(-period.since // HOUR_MS), period.until // HOUR_MS]
        return int(_rows(_COUNT, hours)[0][0])
    return sum(row[4] for row in rows if cut.first < row[0] < cut.end - 1)


def _few_readings(sensor: Sensor, period: Range, most: int) -> list[_Ended] | None:
    """Return each reading of a period, None when there are more than `most`."""
    bounds = [sensor.pk, period.since, period.until, most + 1]
    rows = _rows(_READINGS.format(value=value_sql(sensor.pk)), [late_after_s(sensor), *bounds])
    if len(rows) > most:
        return None
    return [(Stretch(at, value, value, value, 1, late), at) for at, value, late in rows]


def _grouped_readings(sensor: Sensor, cut: Plan) -> list[Any]:
    bounds = [sensor.pk, cut.start_ms(cut.first), cut.start_ms(cut.end)]
    return _rows(
        _GROUPED_READINGS.format(value=value_sql(sensor.pk)),
        [cut.step, late_after_s(sensor), *bounds],
    )


def _summaries(sensor: Sensor, cut: Plan) -> list[Any]:
    table = _TABLES[cut.source]
    periods = [sensor.pk, cut.first * cut.step, cut.end * cut.step]
    if cut.step == 1:  # nothing to group: a third of the time
        return _rows(_SUMMARIES.format(table=table), periods)
    return _rows(_GROUPED_SUMMARIES.format(table=table), [cut.step, *periods])


def _gapped(sensor: Sensor, stretches: Iterable[_Ended], period: Range) -> list[Stretch]:
    limit = grace_seconds(sensor.station.expected_interval_s) * SECOND_MS
    return list(with_gaps(stretches, limit, period.until))


def _rows(sql: str, parameters: Sequence[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[Any] = cursor.fetchall()
    return rows
