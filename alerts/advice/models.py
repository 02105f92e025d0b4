"""Which stations are compared, what was advised, and how right the forecasts were.

Times are milliseconds since 1970 in UTC.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from alerts.advice.terms import Terms
from stations.models import Sensor

_DEFAULT = Terms()


def _thermometer(what: str) -> models.ForeignKey[Sensor, Sensor]:
    return models.ForeignKey(
        Sensor,
        on_delete=models.CASCADE,
        related_name="+",
        limit_choices_to={"quantity": "temperature"},
        help_text=what,
    )


class Adviser(models.Model):
    """What a household wants: which two thermometers, and when to open the windows.

    Without any, the first station inside is compared with the first outside.
    """

    inside = _thermometer("The thermometer of the room to keep cool.")
    outside = _thermometer("The thermometer in the open air, in the shade.")
    comfort = models.FloatField(
        "comfort temperature (°C)",
        default=_DEFAULT.comfort,
        validators=[MinValueValidator(10), MaxValueValidator(35)],
        help_text="No advice to open the windows while it is no warmer inside.",
    )
    open_margin = models.FloatField(
        "open when cooler by (°C)",
        default=_DEFAULT.open_margin,
        validators=[MinValueValidator(0.1), MaxValueValidator(10)],
    )
    close_margin = models.FloatField(
        "close when cooler by only (°C)",
        default=_DEFAULT.close_margin,
        validators=[MinValueValidator(0), MaxValueValidator(10)],
    )
    dwell_min = models.PositiveSmallIntegerField(
        "minutes between changes",
        default=_DEFAULT.dwell_min,
        validators=[MaxValueValidator(120)],
        help_text="So long at least one advice stands before the opposite is given.",
    )
    season = models.FloatField(
        "summer begins at (°C)",
        default=_DEFAULT.season,
        validators=[MinValueValidator(-50), MaxValueValidator(50)],
        help_text="No advice to cool while the last three days stayed below it outside.",
    )
    quiet_from = models.TimeField(
        null=True, blank=True, help_text="No notifications from then on; the dashboard still tells."
    )
    quiet_until = models.TimeField(null=True, blank=True)
    is_active = models.BooleanField("active", default=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(name="one_adviser_per_pair", fields=("inside", "outside")),
            models.CheckConstraint(name="adviser_compares_two", condition=~Q(inside=F("outside"))),
            models.CheckConstraint(
                name="adviser_margins_leave_a_gap",
                condition=Q(open_margin__gt=F("close_margin"), close_margin__gte=0),
            ),
        )

    def __str__(self) -> str:
        return f"{self.inside} against {self.outside}"

    def clean(self) -> None:
        if self.inside_id is not None and self.inside_id == self.outside_id:
            raise ValidationError({"outside": "Choose another thermometer than the one inside."})
        if None not in (self.open_margin, self.close_margin) and (
            self.open_margin <= self.close_margin
        ):
            raise ValidationError(
                {"close_margin": "Choose less than the margin to open, or it would waver."}
            )
        if (self.quiet_from is None) != (self.quiet_until is None):
            raise ValidationError({"quiet_until": "Give both ends of the quiet hours, or none."})

    @property
    def terms(self) -> Terms:
        return Terms(**{name: getattr(self, name) for name in Terms._fields})


class AdvisedPair(models.Model):
    """Two thermometers and where their fold stands. Written by the watcher alone.

    `terms` and `memory` are a `Terms` and a `State` as JSON; `outlook` the newest forecast,
    `errors` how right forecasts were.
    """

    inside = models.ForeignKey(Sensor, on_delete=models.CASCADE, related_name="+")
    outside = models.ForeignKey(Sensor, on_delete=models.CASCADE, related_name="+")
    is_current = models.BooleanField(default=True)
    # The order on the dashboard.
    place = models.IntegerField(default=0)
    terms = models.JSONField(default=dict)
    memory = models.JSONField(null=True)
    outlook = models.JSONField(null=True)
    errors = models.JSONField(default=list)
    # Up to when changes were told: advice is not given anew for a past that was replayed.
    told_until = models.BigIntegerField(default=0)

    class Meta:
        ordering = ("place", "pk")
        constraints = (
            models.UniqueConstraint(name="one_fold_per_pair", fields=("inside", "outside")),
        )

    def __str__(self) -> str:
        return f"{self.inside} against {self.outside}"


class AdviceChange(models.Model):
    """The windows were to be opened, or to be closed."""

    pair = models.ForeignKey(AdvisedPair, on_delete=models.CASCADE, related_name="changes")
    happened_at = models.BigIntegerField()
    is_open = models.BooleanField()
    inside = models.FloatField(null=True)
    outside = models.FloatField(null=True)

    class Meta:
        ordering = ("-happened_at",)
        constraints = (
            models.UniqueConstraint(name="one_change_at_a_time", fields=("pair", "happened_at")),
        )

    def __str__(self) -> str:
        return f"{self.pair}: {'open' if self.is_open else 'close'}"


class AdviceForecast(models.Model):
    """When outside was said to fall below inside, and when it did; None: not within 18 hours."""

    pair = models.ForeignKey(AdvisedPair, on_delete=models.CASCADE, related_name="forecasts")
    made_at = models.BigIntegerField()
    expected_at = models.BigIntegerField(null=True)
    came_at = models.BigIntegerField(null=True)
    is_judged = models.BooleanField(default=False)

    class Meta:
        ordering = ("made_at",)
        constraints = (
            models.UniqueConstraint(name="one_forecast_at_a_time", fields=("pair", "made_at")),
        )

    def __str__(self) -> str:
        return f"{self.pair} at {self.made_at}"
