"""Who may look without a password: household links, one for each phone or screen."""

from __future__ import annotations

from django.db import models

UNITS = (("C", "°C"), ("F", "°F"))


class HouseholdLink(models.Model):
    """Whoever has the link may look, and only look. Deleting it revokes it.

    The rest is what its viewer chose; empty stands for the house's default.
    """

    name = models.CharField(
        max_length=60, unique=True, help_text="Whose it is: Anna's phone, kitchen tablet."
    )
    is_for_wall = models.BooleanField(
        "for a wall",
        default=False,
        help_text="Opens the page for a screen on a wall: large figures, nothing to touch.",
    )
    secret_digest = models.CharField(max_length=64, unique=True, editable=False)
    secret_hint = models.CharField(max_length=12, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    # Not written more often than once an hour: a dashboard asks four times a minute.
    last_used_at = models.DateTimeField(null=True, editable=False)

    unit = models.CharField("temperatures in", max_length=1, blank=True, choices=UNITS)
    language = models.CharField(max_length=8, blank=True)
    # Numbers of stations. Those hidden, not those shown: a new station appears by itself.
    hidden_stations = models.JSONField(default=list, blank=True, editable=False)

    # Known from making the link to showing it, within one request. Never stored.
    issued_secret: str = ""

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
