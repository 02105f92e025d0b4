"""The admin's forms for household links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings

from viewers import links
from viewers.choices import now_hidden
from viewers.forms import OfferedRooms, rooms_on_offer
from viewers.models import UNITS, HouseholdLink

if TYPE_CHECKING:
    LinkModelForm = forms.ModelForm[HouseholdLink]
else:
    LinkModelForm = forms.ModelForm


class NewLinkForm(LinkModelForm):
    class Meta:
        model = HouseholdLink
        fields = ("name", "is_for_wall")
        error_messages = {
            "name": {"unique": "Another link has this name. Revoke that one, or choose another."}
        }


class LinkForm(NewLinkForm):
    """With what its viewer may choose, too: nobody touches a screen on a wall."""

    unit = forms.ChoiceField(
        label="Temperatures in", choices=(("", "The house's unit"), *UNITS), required=False
    )
    language = forms.ChoiceField(
        choices=(("", "As the browser says"), *settings.LANGUAGES), required=False
    )
    offered = OfferedRooms()
    rooms = forms.TypedMultipleChoiceField(
        coerce=int,
        choices=rooms_on_offer,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Stations that are added later appear by themselves.",
    )

    class Meta(NewLinkForm.Meta):
        fields = ("name", "is_for_wall", "unit", "language")  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hidden = links.choices_of(self.instance).hidden_stations
        self.initial["rooms"] = [number for number, _ in rooms_on_offer() if number not in hidden]

    def clean_rooms(self) -> list[int]:
        shown: list[int] = self.cleaned_data["rooms"]
        before = links.choices_of(self.instance)
        hidden = now_hidden(before, self.cleaned_data["offered"], shown)
        self.instance.hidden_stations = sorted(hidden)
        return shown
