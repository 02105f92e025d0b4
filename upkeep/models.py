"""What the server's own housekeeping came to. Times are milliseconds since 1970 in UTC."""

from __future__ import annotations

from django.db import models


class TaskResult(models.Model):
    """The last result of one task, such as `backup` or `integrity check`. Written by `results`."""

    name = models.CharField(max_length=30, primary_key=True)
    ended_at = models.BigIntegerField()
    is_ok = models.BooleanField()
    # A sentence for the operator: what was done, or what went wrong and what to do.
    text = models.TextField()

    def __str__(self) -> str:
        return f"{self.name}: {self.text}"
