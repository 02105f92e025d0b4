"""What is watched for, what happened, and whom it has to reach.

Times are milliseconds since 1970 in UTC.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from alerts.advice.models import AdviceChange, AdviceForecast, AdvisedPair, Adviser
from stations.models import Sensor, Station

__all__ = ("AdviceChange", "AdviceForecast", "AdvisedPair", "Adviser")


class Kind(models.TextChoices):
    """What an event is about. Each channel chooses which of them it tells."""

    SILENCE = "silence", "A station is silent"
    THRESHOLD = "threshold", "A threshold is crossed"
    ADVICE = "advice", "Open or close the windows"
    TROUBLE = "trouble", "The server's own troubles"
    TEST = "test", "A test"


class SilenceRule(models.Model):
    """How one station's silence is told; without a rule as every station's."""

    station = models.OneToOneField(Station, on_delete=models.CASCADE, related_name="silence_rule")
    grace_minutes = models.PositiveIntegerField(
        "silent after (minutes)",
        null=True,
        blank=True,
        validators=[MaxValueValidator(10_080)],
        help_text="Empty: after five missed posts, and not before five minutes.",
    )
    is_told = models.BooleanField(
        "told", default=True, help_text="Off: its silence is logged and listed, and sent nowhere."
    )

    def __str__(self) -> str:
        return f"Silence of {self.station}"


class Direction(models.TextChoices):
    ABOVE = "above", "above"
    BELOW = "below", "below"


class ThresholdRule(models.Model):
    """A sensor shall not be above or below a value for longer than so many minutes."""

    sensor = models.ForeignKey(Sensor, on_delete=models.CASCADE, related_name="threshold_rules")
    direction = models.CharField(max_length=5, choices=Direction.choices, default=Direction.ABOVE)
    limit = models.FloatField(help_text="As stored: °C, %, hPa, m/s or mm.")
    hysteresis = models.FloatField(
        default=0.5,
        help_text="It is over when the value is back by this much, so that a value that"
        " wavers about the limit is told once.",
    )
    for_minutes = models.PositiveIntegerField(
        "for (minutes)", default=10, validators=[MaxValueValidator(1_440)]
    )
    is_active = models.BooleanField("active", default=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="threshold_hysteresis_is_positive", condition=Q(hysteresis__gte=0)
            ),
        )

    def __str__(self) -> str:
        return f"{self.sensor} {self.direction} {self.limit:g}"

    def clean(self) -> None:
        if self.hysteresis is not None and self.hysteresis < 0:
            raise ValidationError({"hysteresis": "A distance is not negative."})


class Condition(models.Model):
    """How things stand with one cause, so that a restart neither repeats nor forgets.

    `since`: since when it tends to the other side; what has to last is counted from it.
    `seen_until`: the time of the last reading that was looked at.
    """

    cause = models.CharField(max_length=80, primary_key=True)
    is_raised = models.BooleanField(default=False)
    since = models.BigIntegerField(null=True)
    seen_until = models.BigIntegerField(default=0)
    changed_at = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return self.cause


class Event(models.Model):
    """Something began or ended. `details` hold what `alerts.sentences` makes sentences of."""

    cause = models.CharField(max_length=80)
    kind = models.CharField(max_length=9, choices=Kind.choices)
    is_raised = models.BooleanField()
    is_severe = models.BooleanField(default=False)
    happened_at = models.BigIntegerField()
    created_at = models.BigIntegerField(db_index=True)
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.cause} {'began' if self.is_raised else 'ended'}"


class Channel(models.Model):
    """A way out to the household: one address that Apprise knows, or its browsers."""

    class Way(models.TextChoices):
        APPRISE = "apprise", "An address for Apprise"
        BROWSERS = "browsers", "The household's browsers (Web Push)"

    name = models.CharField(max_length=60, unique=True)
    way = models.CharField(max_length=8, choices=Way.choices, default=Way.APPRISE, editable=False)
    # Whoever knows it can send in the household's name, or read: never shown, never logged.
    url = models.TextField("address", blank=True)
    shown_as = models.CharField("leads to", max_length=120, blank=True, editable=False)
    is_active = models.BooleanField("active", default=True)
    is_in_house = models.BooleanField(
        "in the house's own network",
        default=False,
        help_text="For a service of your own, such as ntfy on a Raspberry Pi. Off: nothing is"
        " ever sent to an address of this network, whatever the name leads to.",
    )
    tells_silence = models.BooleanField("silent stations", default=True)
    tells_thresholds = models.BooleanField("thresholds", default=True)
    tells_advice = models.BooleanField("open or close the windows", default=True)
    tells_troubles = models.BooleanField("the server's own troubles", default=True)
    quiet_from = models.TimeField(null=True, blank=True, help_text="In the house's time.")
    quiet_until = models.TimeField(null=True, blank=True)
    is_severe_at_any_hour = models.BooleanField(
        "severe troubles at any hour",
        default=True,
        help_text="The disk is full, the database damaged, the clock wrong: readings are being"
        " lost. Off: these wait for the end of the quiet hours, too.",
    )

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                name="one_channel_for_browsers", fields=("way",), condition=Q(way="browsers")
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if (self.quiet_from is None) != (self.quiet_until is None):
            raise ValidationError({"quiet_until": "Quiet hours need a beginning and an end."})

    def tells(self, kind: str) -> bool:
        """True when events of this kind go out this way."""
        return bool(getattr(self, _CHOICE_OF.get(kind, ""), False))


_CHOICE_OF: dict[str, str] = {
    Kind.SILENCE: "tells_silence",
    Kind.THRESHOLD: "tells_thresholds",
    Kind.ADVICE: "tells_advice",
    Kind.TROUBLE: "tells_troubles",
}


class Browser(models.Model):
    """A browser that asked to be told (its push subscription)."""

    # Of the endpoint, which is too long to be unique itself on every database.
    digest = models.CharField(max_length=64, unique=True, editable=False)
    endpoint = models.TextField()
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=40)
    # Where it subscribed: push services want to know whom to write to.
    origin = models.CharField(max_length=200)
    # Who looked then, `user:1` or `link:1`: when that one may look no longer, it is told nothing.
    viewer = models.CharField(max_length=80, blank=True)
    label = models.CharField(max_length=60)
    language = models.CharField(max_length=12, blank=True)
    unit = models.CharField(max_length=1, default="C")
    created_at = models.BigIntegerField()

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.label


class Delivery(models.Model):
    """One event on its way to one channel, or to one of its browsers: the outbox and history."""

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        HELD = "held", "held for the quiet hours"
        SENT = "sent", "sent"
        DROPPED = "dropped", "dropped"
        GIVEN_UP = "given up", "given up"

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="deliveries")
    browser = models.ForeignKey(
        Browser, on_delete=models.CASCADE, null=True, related_name="deliveries"
    )
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.BigIntegerField()
    # An attempt that was begun and whose end nobody saw may have arrived.
    begun_at = models.BigIntegerField(null=True)
    may_have_arrived = models.BooleanField(default=False)
    ended_at = models.BigIntegerField(null=True)
    outcome = models.TextField(blank=True)

    class Meta:
        ordering = ("-id",)
        verbose_name_plural = "deliveries"
        indexes = (
            models.Index(
                name="deliveries_open",
                fields=("due_at",),
                condition=Q(state__in=("waiting", "held")),
            ),
        )
        constraints = (
            models.UniqueConstraint(
                name="one_delivery_per_channel",
                fields=("event", "channel"),
                condition=Q(browser=None),
            ),
            models.UniqueConstraint(
                name="one_delivery_per_browser",
                fields=("event", "browser"),
                condition=Q(browser__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.event} to {self.channel}"

    @property
    def destination(self) -> tuple[Any, ...]:
        return (self.channel_id, self.browser_id)
