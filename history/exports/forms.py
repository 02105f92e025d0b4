"""What may be asked of an export, for the page and for programs alike."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from history.exports.scope import FOREVER, Scope
from readings.times import day_number, day_start_ms, to_ms
from stations.models import Station


class MomentField(forms.Field):
    """A day of the house, or a time with its offset, in milliseconds.

    A day is its beginning, or its end where `is_end`.
    """

    default_error_messages = {
        "invalid": _("Give a day such as 2026-01-31, or a time such as 2026-01-31T07:00:00Z."),
        "no_offset": _("Give the time's offset, e.g. 2026-01-31T07:00:00Z or +01:00."),
    }

    def __init__(self, *, is_end: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self._is_end = is_end

    def to_python(self, value: Any) -> int | None:
        text = str(value or "").strip()
        if not text:
            return None
        try:
            if len(text) == len("2026-01-31"):
                day = day_number(date.fromisoformat(text)) + self._is_end
                return day_start_ms(day, ZoneInfo(settings.TIME_ZONE))
            # A plus that was not percent-encoded arrives as a blank.
            moment = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
        except (ValueError, OverflowError) as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error
        if moment.tzinfo is None:
            raise ValidationError(self.error_messages["no_offset"], code="no_offset")
        return to_ms(moment)


def _day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"})


class ExportForm(forms.Form):
    """Every field may be left out."""

    station = forms.ModelMultipleChoiceField(
        Station.objects.order_by("name"),
        required=False,
        label=_("Stations"),
        help_text=_("None chosen: all of them."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": _("There is no station with the id %(value)s."),
            "invalid_pk_value": _("A station is named by its id, a number."),
        },
    )
    since = MomentField(required=False, label=_("From"), widget=_day_input())
    until = MomentField(required=False, is_end=True, label=_("To"), widget=_day_input())
    every = forms.ChoiceField(
        required=False,
        label=_("What"),
        choices=[
            ("raw", _("Every reading")),
            ("hour", _("Hours: mean, lowest, highest")),
            ("day", _("Days: mean, lowest, highest")),
        ],
    )
    unit = forms.ChoiceField(
        required=False, label=_("Temperatures in"), choices=[("C", "°C"), ("F", "°F")]
    )
    time = forms.ChoiceField(
        required=False,
        label=_("Times in"),
        choices=[("house", _("the house’s time")), ("utc", "UTC")],
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since is not None and until is not None and since >= until:
            self.add_error("until", _("The end has to come after the beginning."))
        return cleaned

    def scope(self, *, unit: str = "C", time: str = "house") -> Scope:
        """Return what was asked for; the arguments stand where nothing was."""
        asked = self.cleaned_data
        is_utc = (asked["time"] or time) == "utc"
        return Scope(
            tuple(station.pk for station in asked["station"]),
            asked["since"] or 0,
            asked["until"] or FOREVER,
            asked["every"] or "raw",
            "F" if (asked["unit"] or unit) == "F" else "C",
            None if is_utc else ZoneInfo(settings.TIME_ZONE),
        )
