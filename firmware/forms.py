"""The form for a station's own firmware. What is typed serves one download."""

from __future__ import annotations

import re
from typing import Any

from django import forms

from firmware.render import BoardSettings, InvalidSettings, check_wifi
from stations import keys
from stations.models import Station

_SERVER = re.compile(r"https?://[^\s\"'\\]+")
_PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class BundleForm(forms.Form):
    """`is_key_known` hides the field of the key: the page has it from the answer it is."""

    api_key = forms.CharField(
        label="API key", help_text="As it was shown once. The server keeps only a fingerprint."
    )
    server = forms.CharField(
        label="Server", help_text="As the board reaches it: http, name or address, and port."
    )
    ssid = forms.CharField(
        label="Wi-Fi name", strip=False, help_text="2.4 GHz: an ESP8266 sees no other."
    )
    wifi_password = forms.CharField(
        label="Wi-Fi password",
        required=False,
        strip=False,
        widget=forms.PasswordInput,
        help_text="Goes into this download and nowhere else. Empty for an open network.",
    )

    def __init__(self, station: Station, *args: Any, is_key_known: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.station = station
        for field in self.fields.values():
            field.widget.attrs.update(_PLAIN)
        self.fields["wifi_password"].widget.attrs["autocomplete"] = "new-password"
        if is_key_known:
            self.fields["api_key"].widget = forms.HiddenInput()

    def clean_api_key(self) -> str:
        key: str = self.cleaned_data["api_key"]
        if not keys.matches(keys.digest(key), self.station.key_digest):
            raise forms.ValidationError(
                f"This is not the key of {self.station}, which looks like"
                f" {self.station.key_hint}. If it is lost, rotate it."
            )
        return key

    def clean_server(self) -> str:
        server: str = self.cleaned_data["server"]
        if not _SERVER.fullmatch(server):
            raise forms.ValidationError("It looks like http://192.168.1.10:8000")
        return server.rstrip("/")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name, arguments in {
            "ssid": (cleaned.get("ssid"), None),
            "wifi_password": (None, cleaned.get("wifi_password")),
        }.items():
            try:
                check_wifi(*arguments)
            except InvalidSettings as error:
                self.add_error(name, str(error))
        return cleaned

    def settings(self) -> BoardSettings:
        return BoardSettings(
            api_key=self.cleaned_data["api_key"],
            mac=self.station.mac,
            server=self.cleaned_data["server"],
            ssid=self.cleaned_data["ssid"],
            wifi_password=self.cleaned_data["wifi_password"],
            interval_s=self.station.expected_interval_s,
        )
