"""Who may write: stations and what each of their sensors measures."""

from __future__ import annotations

from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from stations.mac import InvalidMac, canonical_mac
from stations.registry import Registered, Registry
from stations.wire import FIELD_MAX, FIELD_MIN


class Placement(models.TextChoices):
    INDOOR = "indoor", _("Indoor")
    OUTDOOR = "outdoor", _("Outdoor")
    OTHER = "other", _("Other")


class Quantity(models.TextChoices):
    TEMPERATURE = "temperature", _("Temperature")
    HUMIDITY = "humidity", _("Relative humidity")
    PRESSURE = "pressure", _("Air pressure")
    WIND_SPEED = "wind_speed", _("Wind speed")
    RAIN = "rain", _("Rain")
    OTHER = "other", _("Other")


_QUANTITY_NAMES = dict(Quantity.choices)

_Model = TypeVar("_Model", bound=models.Model, covariant=True)


class RegisteredQuerySet(models.QuerySet[_Model]):
    def bulk_create(self, *args: Any, **kwargs: Any) -> list[_Model]:
        with transaction.atomic():
            created = super().bulk_create(*args, **kwargs)
            Registry.touch()
        return created

    def update(self, **kwargs: Any) -> int:
        with transaction.atomic():
            updated = super().update(**kwargs)
            Registry.touch()
        return updated

    def delete(self) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            deleted = super().delete()
            Registry.touch()
        return deleted


class Station(Registered):
    """A registered device that may write readings."""

    name = models.CharField(max_length=60, unique=True, help_text="What the family calls it.")
    mac = models.CharField(
        "MAC address",
        max_length=17,
        unique=True,
        help_text="The board's network address, e.g. 5c:cf:7f:0a:1b:2c. It is not a secret.",
    )
    placement = models.CharField(max_length=7, choices=Placement.choices, default=Placement.INDOOR)
    expected_interval_s = models.PositiveIntegerField(
        "expected interval (seconds)",
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(86_400)],
        help_text="How often it posts. It counts as silent after five missed posts.",
    )
    is_active = models.BooleanField(
        "active", default=True, help_text="Readings of an inactive station are refused."
    )
    is_demo = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    key_digest = models.CharField(max_length=64, editable=False)
    key_hint = models.CharField("key", max_length=12, editable=False)
    key_created_at = models.DateTimeField(editable=False)
    # The key before the last rotation, valid until the new one is first used.
    old_key_digest = models.CharField(max_length=64, blank=True, editable=False)
    old_key_hint = models.CharField("old key", max_length=12, blank=True, editable=False)

    # Known from making the key to showing it, within one request. Never stored.
    issued_key: str = ""

    objects = RegisteredQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                name="station_interval_is_positive", condition=models.Q(expected_interval_s__gt=0)
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        try:
            self.mac = canonical_mac(self.mac)
        except InvalidMac as error:
            raise ValidationError({"mac": str(error)}) from error

    @property
    def is_rotating(self) -> bool:
        """True while a replaced key is still good."""
        return bool(self.old_key_digest)


class Sensor(Registered):
    """One measured quantity of a station; `field` is its number on the wire."""

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="sensors")
    field = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(FIELD_MIN), MaxValueValidator(FIELD_MAX)],
        help_text="Its number in the URL: field=1.",
    )
    quantity = models.CharField(max_length=12, choices=Quantity.choices)
    unit = models.CharField(
        max_length=12,
        blank=True,
        help_text="What the board sends: C or F, %, hPa, m/s, mm. Stored as C, %, hPa, m/s, mm.",
    )
    label = models.CharField(max_length=40, blank=True, help_text="Shown instead of the quantity.")
    keep_raw_months = models.PositiveSmallIntegerField(
        "keep (months)",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(1_200)],
        help_text="Older readings are deleted, their hours and days stay. Empty: kept for ever.",
    )
    # Readings before this, in milliseconds since 1970, were deleted; none is taken any more.
    raw_since = models.BigIntegerField(default=0, editable=False)

    objects = RegisteredQuerySet.as_manager()

    class Meta:
        ordering = ("field",)
        constraints = (
            models.UniqueConstraint(name="one_sensor_per_field", fields=("station", "field")),
            models.CheckConstraint(
                name="sensor_field_in_range",
                condition=models.Q(field__gte=FIELD_MIN, field__lte=FIELD_MAX),
            ),
        )

    def __str__(self) -> str:
        return f"{self.station} {self.title}"

    @property
    def title(self) -> str:
        # `get_quantity_display` compares with all choices each time: 3 ms of a dashboard.
        return self.label or str(_QUANTITY_NAMES.get(self.quantity, self.quantity))


class Contact(models.Model):
    """How a station was last met on the wire.

    Not part of `Station`, whose every change makes the workers load all stations anew.
    """

    station = models.OneToOneField(
        Station, on_delete=models.CASCADE, primary_key=True, related_name="contact"
    )
    address = models.CharField(max_length=45, blank=True)
    old_key_used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.station} at {self.address}"


class RefusedBoard(models.Model):
    """A board that calls and may not write, by the MAC address it claims.

    Bounded in number; it never makes a station by itself. Times are milliseconds since 1970.
    """

    class Cause(models.TextChoices):
        UNKNOWN = "unknown station", "MAC address not registered"
        WRONG_KEY = "wrong key", "wrong key"
        SWAPPED = "swapped", "key and MAC address swapped"

    mac = models.CharField("MAC address", max_length=17, unique=True)
    cause = models.CharField(max_length=15, choices=Cause.choices)
    address = models.CharField("from", max_length=45)
    # Of the key it sent last; empty when that cannot be a station's key.
    key_digest = models.CharField(max_length=64, blank=True)
    key_hint = models.CharField("key", max_length=12, blank=True)
    is_key_weak = models.BooleanField(default=False)
    field = models.PositiveSmallIntegerField(null=True)
    value = models.FloatField(null=True)
    first_seen_at = models.BigIntegerField()
    seen_at = models.BigIntegerField("last seen")
    count = models.PositiveBigIntegerField("calls", default=0)
    is_ignored = models.BooleanField("ignored", default=False)

    class Meta:
        ordering = ("-seen_at",)

    def __str__(self) -> str:
        return self.mac

    @property
    def key_mark(self) -> str:
        """What a page shows and sends back, so that nobody accepts a key that came since."""
        return self.key_digest[:16]


class RefusedDay(models.Model):
    """How many requests of a station were refused on a day of the house, by cause.

    Times are milliseconds since 1970; `day` counts local days since 1970-01-01.
    """

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="refused_days")
    day = models.IntegerField()
    cause = models.CharField(max_length=40)
    count = models.PositiveBigIntegerField()
    first_at = models.BigIntegerField()
    last_at = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_count_per_day_and_cause", fields=("station", "day", "cause")
            ),
        )

    def __str__(self) -> str:
        return f"{self.count} refused: {self.cause}"


class Calibration(Registered):
    """What is added to a sensor's values from a time on, until its next calibration.

    What the sensor sent stays as it is. `offset` is in the stored unit; times are
    milliseconds since 1970. Written by `history.calibration.verbs`.
    """

    sensor = models.ForeignKey(Sensor, on_delete=models.CASCADE, related_name="calibrations")
    since = models.BigIntegerField()
    offset = models.FloatField()
    made_at = models.BigIntegerField()
    note = models.CharField(max_length=200, blank=True)

    objects = RegisteredQuerySet.as_manager()

    class Meta:
        ordering = ("sensor", "-since")
        constraints = (
            models.UniqueConstraint(name="one_calibration_per_time", fields=("sensor", "since")),
        )

    def __str__(self) -> str:
        return f"{self.sensor} {self.offset:+.2f}"
