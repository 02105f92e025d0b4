"""The admin's forms for stations: what may be typed, and what to do when it is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget

from stations import keys
from stations.models import Station

if TYPE_CHECKING:
    StationModelForm = forms.ModelForm[Station]
else:
    StationModelForm = forms.ModelForm


def _key_field(help_text: str) -> forms.CharField:
    attributes = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
    return forms.CharField(
        label="API key",
        required=False,
        widget=AdminTextInputWidget(attrs=attributes),
        help_text=help_text,
    )


def _checked(key: str) -> str:
    try:
        return keys.check_typed_key(key) if key else ""
    except keys.InvalidKey as error:
        raise forms.ValidationError(str(error)) from error


class StationForm(StationModelForm):
    class Meta:
        model = Station
        fields = ("name", "mac", "placement", "expected_interval_s", "is_active")
        error_messages = {
            "name": {"unique": "Another station has this name. Choose one of its own."},
            "mac": {"unique": "Another station has this MAC address. Search the list for it."},
        }


class StationAddForm(StationForm):
    api_key = _key_field(
        "Leave empty to have one made. For a board that is flashed already, type the key it has."
    )

    def clean_api_key(self) -> str:
        return _checked(self.cleaned_data["api_key"])


class RotateKeyForm(forms.Form):
    api_key = _key_field("Leave empty to have one made.")

    def clean_api_key(self) -> str:
        return _checked(self.cleaned_data["api_key"])
