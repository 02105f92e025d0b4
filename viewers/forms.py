"""What a viewer may choose."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from readings.units import TemperatureUnit
from stations.models import Station
from viewers.choices import Choices, now_hidden


def rooms_on_offer() -> list[tuple[int, str]]:
    return list(Station.objects.filter(is_active=True).values_list("pk", "name"))


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
    rooms = forms.TypedMultipleChoiceField(
        label=_("Rooms"),
        coerce=int,
        choices=rooms_on_offer,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one room.")},
    )

    def __init__(self, data: object, unit: TemperatureUnit, before: Choices) -> None:
        self._before, self._offered = before, [number for number, _ in rooms_on_offer()]
        shown = [number for number in self._offered if number not in before.hidden_stations]
        initial = {"unit": unit, "language": before.language, "rooms": shown}
        super().__init__(data, initial=initial)  # type: ignore[arg-type]
        self.fields["rooms"].required = bool(self._offered)

    def chosen(self) -> Choices:
        cleaned = self.cleaned_data
        hidden = now_hidden(self._before, self._offered, cleaned["rooms"])
        return Choices(cleaned["unit"], cleaned["language"], hidden)
