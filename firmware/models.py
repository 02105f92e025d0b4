"""What is known of the board in a station."""

from __future__ import annotations

from django.db import models

from stations.models import Station


class Board(models.Model):
    """The last report of a station's board, and whether it may fetch new firmware."""

    station = models.OneToOneField(
        Station, on_delete=models.CASCADE, primary_key=True, related_name="board"
    )
    updates_allowed = models.BooleanField(
        "offer updates",
        default=False,
        help_text="The board fetches this server's firmware when it runs another version.",
    )
    version = models.CharField(max_length=12, blank=True, editable=False)
    folder = models.CharField("set", max_length=8, blank=True, editable=False)
    failed_version = models.CharField(max_length=12, blank=True, editable=False)
    python = models.CharField("MicroPython", max_length=20, blank=True, editable=False)
    reset_cause = models.CharField(max_length=12, blank=True, editable=False)
    restarted_for = models.CharField(max_length=12, blank=True, editable=False)
    free_bytes = models.PositiveIntegerField(null=True, editable=False)
    signal_dbm = models.SmallIntegerField(null=True, editable=False)
    uptime_s = models.PositiveIntegerField(null=True, editable=False)
    waiting = models.PositiveIntegerField(null=True, editable=False)
    lost = models.PositiveIntegerField(null=True, editable=False)
    reported_at = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return f"board of {self.station}"
