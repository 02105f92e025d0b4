"""What this room remembers. Times are milliseconds since 1970 in UTC."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import models

from stations.models import Sensor, Station


class ImportJob(models.Model):
    """A file that was handed in, what it would do, and how far storing it is.

    The file itself is in `DATA_DIR/imports` until the job has ended.
    """

    class State(models.TextChoices):
        ARRIVING = "arriving", "on its way"
        WAITING = "waiting", "being read"
        READY = "ready", "ready: look and confirm"
        CONFIRMED = "confirmed", "being stored"
        DONE = "done", "done"
        FAILED = "failed", "failed"
        CANCELLED = "cancelled", "cancelled"

    name = models.CharField("file", max_length=200)
    format = models.CharField(max_length=12, default="auto")
    chosen = models.JSONField(default=dict)  # see `history.imports.targets.Chosen`
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    preview = models.JSONField(null=True)
    progress = models.JSONField(default=dict)
    text = models.TextField(blank=True)
    created_at = models.BigIntegerField()
    ended_at = models.BigIntegerField(null=True)
    by = models.CharField("handed in by", max_length=150)

    class Meta:
        ordering = ("-pk",)
        verbose_name = "import"

    def __str__(self) -> str:
        return self.name

    @property
    def file(self) -> Path:
        return Path(settings.DATA_DIR) / "imports" / str(self.pk)

    @property
    def is_at_work(self) -> bool:
        return self.state in (self.State.WAITING, self.State.CONFIRMED)

    @property
    def can_be_stored(self) -> bool:
        """True while there is a file, and a preview of it to agree to."""
        is_at_rest = self.state in (self.State.READY, self.State.FAILED)
        return is_at_rest and self.preview is not None and self.file.exists()

    @property
    def can_be_cancelled(self) -> bool:
        return self.is_at_work or self.state == self.State.READY or self.can_be_stored


class Downtime(models.Model):
    """From when to when the server itself could store nothing."""

    class Cause(models.TextChoices):
        DOWN = "down", "server down"
        CLOCK = "clock", "server's clock wrong"

    since = models.BigIntegerField()
    until = models.BigIntegerField(db_index=True)
    cause = models.CharField(max_length=5, choices=Cause.choices)

    class Meta:
        ordering = ("since",)

    def __str__(self) -> str:
        return f"{self.get_cause_display()} from {self.since} to {self.until}"


class StationDay(models.Model):
    """How complete one closed day of a station is; written by `history.ledger.days`.

    `day` counts local days since 1970-01-01. Numbers are of posts: readings of the
    sensor that has most of them that day.
    """

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="days")
    day = models.IntegerField()
    expected = models.IntegerField()
    live = models.IntegerField()
    late = models.IntegerField()
    missing = models.IntegerField()
    # What the summaries counted when this was worked out: another number calls for it anew.
    counted = models.IntegerField()

    class Meta:
        ordering = ("station", "day")
        constraints = (
            models.UniqueConstraint(name="one_line_per_station_day", fields=("station", "day")),
        )

    def __str__(self) -> str:
        return f"day {self.day}: {self.missing} missing"


class Recalculation(models.Model):
    """A sensor whose summaries a changed calibration calls for anew, after a time."""

    sensor = models.OneToOneField(Sensor, on_delete=models.CASCADE, related_name="recalculation")
    since = models.BigIntegerField()
    number = models.IntegerField(default=0)  # of the change: one that comes meanwhile is not lost

    def __str__(self) -> str:
        return str(self.sensor)
