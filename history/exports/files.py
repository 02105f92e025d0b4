"""Exports as CSV and JSON, made piece by piece: none is ever whole in memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, tzinfo
from typing import Any

from history.exports.cells import cell
from history.exports.pages import pages, sensors_of
from history.exports.scope import Scope
from readings import units
from readings.calibration import offset_at, offsets_of
from readings.times import from_ms
from readings.units import TemperatureUnit
from stations.models import Sensor

BOM = "\ufeff".encode()

_ABOUT = ("station", "mac", "field", "quantity", "label", "unit")
_RAW = ("value", "raw", "delay_s", "is_outlier")
_SUMMARY = ("count", "mean", "min", "max", "min_at", "max_at")

Values = Callable[[tuple[Any, ...]], tuple[Any, ...]]


def as_csv(scope: Scope, *, with_bom: bool = False) -> Iterator[bytes]:
    """Write CSV (RFC 4180, UTF-8).

    The BOM is for Excel, which without it takes UTF-8 for the country's old code page.
    """
    header = ",".join(("time", *_ABOUT, *_columns(scope)))
    yield (BOM if with_bom else b"") + f"{header}\r\n".encode()
    when = _clock(scope.zone)
    for sensor in sensors_of(scope):
        about = ",".join(cell(str(text)) for text in _about(sensor, scope.unit))
        values = _values(sensor, scope, when)
        for page in pages(sensor.pk, scope):
            lines = (
                f"{when(row[0])},{about},{','.join(map(_plain, values(row)))}\r\n" for row in page
            )
            yield "".join(lines).encode()


def as_json(scope: Scope) -> Iterator[bytes]:
    """Write one JSON array of objects, an object a line."""
    names = ("time", *_ABOUT, *_columns(scope))
    when, before = _clock(scope.zone), "[\n"
    for sensor in sensors_of(scope):
        about, values = _about(sensor, scope.unit), _values(sensor, scope, when)
        for page in pages(sensor.pk, scope):
            objects = (
                json.dumps(
                    dict(zip(names, (when(row[0]), *about, *values(row)), strict=True)),
                    ensure_ascii=False,
                )
                for row in page
            )
            yield (before + ",\n".join(objects)).encode()
            before = ",\n"
    yield b"\n]\n" if before == ",\n" else b"[]\n"


def _columns(scope: Scope) -> tuple[str, ...]:
    return _RAW if scope.every == "raw" else _SUMMARY


def _about(sensor: Sensor, unit: TemperatureUnit) -> tuple[str | int, ...]:
    station = sensor.station
    is_temperature = sensor.quantity == "temperature"
    shown = unit if is_temperature else units.CANONICAL.get(sensor.quantity, sensor.unit)
    return (station.name, station.mac, sensor.field, sensor.quantity, sensor.label, shown)


def _values(sensor: Sensor, scope: Scope, when: Callable[[int], str]) -> Values:
    """Return what makes the columns after a sensor's own of a row of the database."""
    is_fahrenheit = scope.unit == "F" and sensor.quantity == "temperature"
    shown = _fahrenheit if is_fahrenheit else float
    if scope.every == "raw":
        offsets = offsets_of(sensor.pk)
        return lambda row: (
            shown(row[1] + offset_at(offsets, row[0])),
            shown(row[1]),
            row[2],
            bool(row[3]),
        )
    return lambda row: (
        row[1],
        round(shown(row[2] / row[1]), 6),
        shown(row[3]),
        shown(row[4]),
        when(row[5]),
        when(row[6]),
    )


def _fahrenheit(celsius: float) -> float:
    return round(units.celsius_to("F", celsius), 9)  # 70.7, not 70.70000000000002


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, float) else str(value)


def _clock(zone: tzinfo | None) -> Callable[[int], str]:
    """Return what writes a time: ISO with its offset, milliseconds where there are any."""

    def when(ms: int) -> str:
        moment = from_ms(ms).astimezone(zone or UTC)
        text = moment.isoformat(timespec="milliseconds" if ms % 1000 else "seconds")
        return text if zone else text.replace("+00:00", "Z")

    return when
