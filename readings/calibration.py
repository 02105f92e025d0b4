"""Values as they are after calibration: what a sensor sent, and its offset at that time.

The table of readings keeps what was sent; whoever reads values out of it asks here how.
`latest` and the summaries hold calibrated values already.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Case, F, FloatField, Value, When
from django.db.models.expressions import Combinable

from stations.auth import Offsets, offsets_by_sensor


def offset_at(offsets: Offsets, at: int) -> float:
    """Return what is added to a value measured at a time; offsets are newest first."""
    return next((offset for since, offset in offsets if at >= since), 0.0)


def offsets_of(sensor_id: int) -> Offsets:
    return offsets_by_sensor([sensor_id]).get(sensor_id, ())


def value_sql(sensor_id: int) -> str:
    """Return the SQL of one sensor's calibrated value; without calibrations plain `value`.

    Numbers of our own making stand in it: it takes no parameters, and no subquery a row.
    """
    offsets = offsets_of(sensor_id)
    if not offsets:
        return "value"
    cases = " ".join(f"WHEN measured_at >= {since:d} THEN {offset!r}" for since, offset in offsets)
    return f"(value + CASE {cases} ELSE 0.0 END)"


def value_of(sensor_ids: Sequence[int]) -> Combinable:
    """Return the calibrated value as an expression for queries of `Reading`."""
    cases = [
        When(sensor_id=sensor_id, measured_at__gte=since, then=Value(offset))
        for sensor_id, offsets in offsets_by_sensor(sensor_ids).items()
        for since, offset in offsets
    ]
    value = F("value")
    return value + Case(*cases, default=Value(0.0), output_field=FloatField()) if cases else value
