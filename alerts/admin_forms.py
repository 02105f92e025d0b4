"""Forms of the alerts' admin pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.http import QueryDict

from alerts.models import Channel
from alerts.outgoing import dispatch
from alerts.outgoing.outcomes import Outcome

if TYPE_CHECKING:
    ChannelModelForm = forms.ModelForm[Channel]
else:
    ChannelModelForm = forms.ModelForm


class ChannelForm(ChannelModelForm):
    """The address is typed in and never shown again: it holds passwords and the like."""

    url = forms.CharField(
        label="Address",
        required=False,
        strip=True,
        max_length=2_000,
        widget=forms.TextInput(
            attrs={"class": "vTextField", "autocomplete": "off", "spellcheck": "false"}
        ),
    )

    # What Apprise said of the address that was typed in, where it was asked beforehand.
    described: ClassVar[Outcome | None] = None

    class Meta:
        model = Channel
        fields = "__all__"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "url" not in self.fields:
            return
        self.initial["url"] = ""
        if self.instance.pk:
            help_text = f"Leads to {self.instance.shown_as}. Empty: it stays."
        else:
            help_text = (
                "E.g. ntfys://TOPIC or mailtos://USER:PASSWORD@gmail.com. See docs/alerts.md."
            )
        self.fields["url"].help_text = help_text

    def clean_url(self) -> str:
        """Have Apprise look at a new address; keep the old one where none was typed in."""
        url = str(self.cleaned_data["url"])
        if not url:
            if not self.instance.pk:
                raise forms.ValidationError("A channel needs an address.")
            return str(self.instance.url)
        outcome = self.described or dispatch.describe(url)
        if not outcome.is_ok:
            raise forms.ValidationError(outcome.text)
        self.instance.shown_as = outcome.text[:120]
        return url


def describe_typed(data: QueryDict) -> Outcome | None:
    """Have Apprise look at the address in a form that was sent; None where there is none."""
    try:
        url = str(ChannelForm.base_fields["url"].clean(data.get("url")))
    except forms.ValidationError:
        return None  # the form says what is wrong with it
    return dispatch.describe(url) if url else None
