"""What was measured. Times are whole milliseconds since 1970 in UTC.

Plain integers keep a reading at a third of the bytes of Django's default row:
ten years of minutes have to fit an SD card. `readings.times` converts.
"""

from __future__ import annotations

from django.db import models
from django.db.models import BigIntegerField, F, Q
from django.db.models.functions import Cast

from readings.values import EARLIEST_MS, LATEST_MS, MAX_MAGNITUDE
from stations.models import Sensor


def _is_finite(name: str) -> Q:
    """CHECK that agrees with `values.parse_value`; it is false for NaN and infinity too."""
    return Q(**{f"{name}__gte": -MAX_MAGNITUDE, f"{name}__lte": MAX_MAGNITUDE})


def _is_whole(name: str) -> Q:
    """CHECK that keeps fractions, text and blobs out: SQLite's columns take them all."""
    return Q(**{name: Cast(F(name), BigIntegerField())})


class Reading(models.Model):
    """One value of one sensor at one time. Written by `readings.ingest` alone."""

    pk = models.CompositePrimaryKey("sensor_id", "measured_at")
    sensor = models.ForeignKey(
        Sensor, on_delete=models.CASCADE, related_name="readings", db_index=False
    )
    measured_at = models.BigIntegerField()
    value = models.FloatField()
    # Seconds between measuring and arriving; 0, which takes no byte, when it came live.
    delay_s = models.IntegerField(default=0)
    is_outlier = models.BooleanField(default=False)

    class Meta:
        # Of outliers alone, so that pages find the few among millions; others take no byte of it.
        indexes = (
            models.Index(
                name="reading_outliers",
                fields=("sensor", "measured_at"),
                condition=Q(is_outlier=True),
            ),
        )
        constraints = (
            models.CheckConstraint(name="reading_value_is_finite", condition=_is_finite("value")),
            models.CheckConstraint(
                name="reading_time_is_plausible",  # agrees with `values.checked_time`
                condition=Q(measured_at__gte=EARLIEST_MS, measured_at__lt=LATEST_MS)
                & _is_whole("measured_at"),
            ),
            models.CheckConstraint(
                name="reading_delay_is_positive", condition=Q(delay_s__gte=0) & _is_whole("delay_s")
            ),
            models.CheckConstraint(
                name="reading_outlier_is_boolean", condition=Q(is_outlier__in=(False, True))
            ),
        )

    def __str__(self) -> str:
        return f"{self.value} at {self.measured_at}"


class Latest(models.Model):
    """The newest reading of a sensor, so that no page searches for it.

    `measured_at` and `value` are empty while a sensor sent nothing but outliers.
    `boot` and `number` are the last sequence acknowledged to the board.
    """

    sensor = models.OneToOneField(
        Sensor, on_delete=models.CASCADE, primary_key=True, related_name="latest"
    )
    measured_at = models.BigIntegerField(null=True)
    value = models.FloatField(null=True)
    received_at = models.BigIntegerField()
    boot = models.CharField(max_length=8, blank=True, default="")
    number = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.value} at {self.measured_at}"


class Summary(models.Model):
    """Count, sum, least and greatest of the readings of one period, outliers left out."""

    count = models.IntegerField()
    sum = models.FloatField()
    min = models.FloatField()
    max = models.FloatField()
    min_at = models.BigIntegerField()
    max_at = models.BigIntegerField()

    class Meta:
        abstract = True

    @property
    def mean(self) -> float:
        return self.sum / self.count


class HourSummary(Summary):
    """`period` counts the UTC hours since 1970."""

    pk = models.CompositePrimaryKey("sensor_id", "period")
    sensor = models.ForeignKey(
        Sensor, on_delete=models.CASCADE, related_name="hours", db_index=False
    )
    period = models.IntegerField()

    def __str__(self) -> str:
        return f"hour {self.period}"


class DaySummary(Summary):
    """`period` counts the local days of the house's time zone since 1970-01-01."""

    pk = models.CompositePrimaryKey("sensor_id", "period")
    sensor = models.ForeignKey(
        Sensor, on_delete=models.CASCADE, related_name="days", db_index=False
    )
    period = models.IntegerField()

    def __str__(self) -> str:
        return f"day {self.period}"


class Heartbeat(models.Model):
    """When a part of the server last wrote: the proof that it runs and can write."""

    name = models.CharField(max_length=20, primary_key=True)
    beat_at = models.BigIntegerField()

    def __str__(self) -> str:
        return self.name
