"""Series as the API hands them out: columns of plain numbers in the viewer's unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from history.ranges import Range
from history.series import Series, shade
from readings import units
from readings.times import SECOND_MS
from readings.units import TemperatureUnit

_DECIMALS = 4  # more than any sensor tells, and half the bytes


def answer(
    shown: Sequence[Series],
    compared: tuple[Series, Series] | None,
    period: Range,
    unit: TemperatureUnit,
    zone: ZoneInfo,
) -> dict[str, Any]:
    """Return what the API answers; `compared` are the series inside and outside."""
    spells = shade(*compared, period, zone) if compared else []
    return {
        "from": _seconds(period.since),
        "to": _seconds(period.until),
        "time_zone": zone.key,
        "series": [_columns(one, unit) for one in shown],
        "cooler_outside": [[_seconds(one.since), _seconds(one.until)] for one in spells],
    }


def _columns(series: Series, unit: TemperatureUnit) -> dict[str, Any]:
    sensor = series.sensor
    columns = list(zip(*series.stretches, strict=True)) or [()] * 6
    at, low, mean, high, count, late = columns
    stored = units.CANONICAL.get(sensor.quantity, sensor.unit)
    is_fahrenheit = sensor.quantity == "temperature" and unit == "F"
    return {
        "sensor": sensor.pk,
        "station": sensor.station_id,
        "name": sensor.station.name,
        "title": sensor.title,
        "quantity": sensor.quantity,
        "unit": unit if sensor.quantity == "temperature" else stored,
        "source": series.source,
        "bucket_s": series.width_ms // SECOND_MS,
        "time": [_seconds(one) for one in at],
        "min": _values(low, is_fahrenheit),
        "mean": _values(mean, is_fahrenheit),
        "max": _values(high, is_fahrenheit),
        "count": count,
        "late": late,
    }


def _values(column: Sequence[float | None], is_fahrenheit: bool) -> list[float | None]:
    if is_fahrenheit:
        column = [one if one is None else units.celsius_to("F", one) for one in column]
    return [one if one is None else round(one, _DECIMALS) for one in column]


def _seconds(ms: int) -> float:
    return ms // SECOND_MS if ms % SECOND_MS == 0 else ms / SECOND_MS
