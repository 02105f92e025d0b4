"""Hides a reading from charts, records and advice, and shows it again.

The reading itself stays as it was. Summaries and latest follow in the same transaction.
"""

from __future__ import annotations

from typing import NamedTuple

from django.db import connection

from readings import summaries
from readings.calibration import value_of, value_sql
from readings.locks import write_transaction
from readings.models import Latest, Reading

_HINT = "INDEXED BY reading_outliers"
_OUTLIERS = """
SELECT measured_at, {value}, delay_s FROM readings_reading {hint}
WHERE sensor_id = %s AND measured_at >= %s AND measured_at < %s AND is_outlier
ORDER BY measured_at DESC LIMIT %s"""


class Outlier(NamedTuple):
    """A hidden reading, its value calibrated and in the stored unit."""

    measured_at: int
    value: float
    delay_s: int


def outliers(sensor_id: int, since: int, until: int, most: int) -> list[Outlier]:
    """Return what is hidden of a sensor between two times in milliseconds, newest first."""
    with connection.cursor() as cursor:
        cursor.execute(listing(sensor_id), [sensor_id, since, until, most])
        return [Outlier(*row) for row in cursor.fetchall()]


def listing(sensor_id: int) -> str:
    """Return the statement that finds them. SQLite would look at every reading of the range,
    millions perhaps, were it not told of the index that holds outliers alone.
    """
    hint = _HINT if connection.vendor == "sqlite" else ""
    return _OUTLIERS.format(hint=hint, value=value_sql(sensor_id))


def set_outlier(sensor_id: int, measured_at: int, is_outlier: bool) -> bool:
    """Hide a reading or show it again; False when there is none or it is so already."""
    with write_transaction():
        found = Reading.objects.filter(
            sensor_id=sensor_id, measured_at=measured_at, is_outlier=not is_outlier
        )
        if not found.update(is_outlier=is_outlier):
            return False
        summaries.refresh(sensor_id, measured_at)
        _refresh_latest(sensor_id)
    return True


def _refresh_latest(sensor_id: int) -> None:
    """Let latest name the newest reading that is shown. When it was heard of stays."""
    newest = Reading.objects.filter(sensor_id=sensor_id, is_outlier=False).order_by("-measured_at")
    shown = newest.annotate(shown=value_of([sensor_id])).values_list("measured_at", "shown")
    at, value = shown.first() or (None, None)
    Latest.objects.filter(sensor_id=sensor_id).update(measured_at=at, value=value)
