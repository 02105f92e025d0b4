"""What a viewer may choose."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from readings.units import TemperatureUnit
from stations.models import Station
from viewers.choices import Choices, now_hidden


def rooms_on_offer() -> list[tuple[int, str]]:
    return list(Station.objects.filter(is_active=True).values_list("pk", "name"))


class OfferedRooms(forms.Field):
    """The rooms that a page showed, sent along: one added since was not left out by anybody."""

    widget = forms.MultipleHiddenInput

    def __init__(self) -> None:
        super().__init__(required=False, initial=_numbers_on_offer)

    def to_python(self, value: Any) -> list[int]:
        return [number for number in _numbers_on_offer() if str(number) in value]


def _numbers_on_offer() -> list[int]:
    return [number for number, _ in rooms_on_offer()]


class ChoicesForm(forms.Form):
    unit = forms.ChoiceField(
        label=_("Temperatures in"), choices=(("C", "°C"), ("F", "°F")), widget=forms.RadioSelect
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=(("", _("As this device says")), *settings.LANGUAGES),
        widget=forms.RadioSelect,
        required=False,
    )
    offered = OfferedRooms()
    rooms = forms.TypedMultipleChoiceField(
        label=_("Rooms"),
        coerce=int,
        choices=rooms_on_offer,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, data: object, unit: TemperatureUnit, before: Choices) -> None:
        self._before = before
        shown = [number for number in _numbers_on_offer() if number not in before.hidden_stations]
        initial = {"unit": unit, "language": before.language, "rooms": shown}
        super().__init__(data, initial=initial)  # type: ignore[arg-type]

    def clean_rooms(self) -> list[int]:
        shown: list[int] = self.cleaned_data["rooms"]
        if self.cleaned_data["offered"] and not shown:
            raise ValidationError(_("Choose at least one room."))
        return shown

    def chosen(self) -> Choices:
        cleaned = self.cleaned_data
        hidden = now_hidden(self._before, cleaned["offered"], cleaned["rooms"])
        return Choices(cleaned["unit"], cleaned["language"], hidden)
