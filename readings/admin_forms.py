"""The admin's form for sensors: a unit that fits the quantity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.admin.widgets import AdminIntegerFieldWidget

from readings.units import accepted_units
from stations.models import Quantity, Sensor

if TYPE_CHECKING:
    SensorModelForm = forms.ModelForm[Sensor]
else:
    SensorModelForm = forms.ModelForm


class SensorForm(SensorModelForm):
    class Meta:
        model = Sensor
        fields = ("field", "quantity", "unit", "label", "keep_raw_months")
        help_texts = {
            "quantity": "A change counts from the next reading on; stored ones stay as they are.",
            "unit": "What the board sends. Leave empty for the usual one: C, %, hPa, m/s, mm.",
        }
        widgets = {
            "unit": forms.TextInput(attrs={"size": 6}),
            "keep_raw_months": AdminIntegerFieldWidget(attrs={"placeholder": "for ever"}),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        units = accepted_units(cleaned.get("quantity", ""))
        if units and "unit" in cleaned:
            cleaned["unit"] = self._known_unit(cleaned["unit"], units)
        return cleaned

    def _known_unit(self, typed: str, units: list[str]) -> str:
        """Return the unit as this server spells it: `°c` is `C`."""
        spelled = {unit.casefold(): unit for unit in units}
        found = spelled.get(typed.strip(" °").casefold()) if typed else units[0]
        if found is None:
            quantity = Quantity(self.cleaned_data["quantity"]).label.lower()
            self.add_error("unit", f"For {quantity}, take one of: {', '.join(units)}.")
            return typed
        return found
