"""What this room remembers. Times are milliseconds since 1970 in UTC."""

from __future__ import annotations

from django.db import models


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
    def is_at_work(self) -> bool:
        return self.state in (self.State.WAITING, self.State.CONFIRMED)

    @property
    def can_be_stored(self) -> bool:
        """True while there is a file, and a preview of it to agree to."""
        return self.state in (self.State.READY, self.State.FAILED) and self.preview is not None

    @property
    def can_be_cancelled(self) -> bool:
        return self.is_at_work or self.can_be_stored
