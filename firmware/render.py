"""A station's own config.py: the shipped one with this station's values in it. Pure but for
reading that file.

Only the values change. Comments, order and settings nobody named stay as shipped, so a
setting that is added there comes along by itself.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from firmware.files import CONFIG

Value = str | int | float | bool | None | tuple["Value", ...]

_SSID_BYTES = 32  # IEEE 802.11
_OWN = frozenset({"API_KEY", "MAC_ADDRESS", "SERVER", "SSID", "WIFI_PASSWORD", "INTERVAL"})
_PASSWORD_CHARACTERS = range(8, 64)  # WPA2; none at all for an open network


class InvalidSettings(ValueError):
    """A board could not work with these settings; the text says which and why."""


@dataclass(frozen=True, slots=True)
class BoardSettings:
    """What one board has to know. `None` leaves the shipped value, a placeholder, in place.

    `more` sets any other setting of the shipped config.py by its name there, such as
    `{"SDA": 21}`.
    """

    api_key: str
    mac: str
    server: str
    ssid: str | None = None
    wifi_password: str | None = field(default=None, repr=False)
    interval_s: int | None = None
    more: Mapping[str, Value] = field(default_factory=dict)

    def by_name(self) -> dict[str, Value]:
        """The values under the names that config.py has for them."""
        named: dict[str, Value] = {
            "API_KEY": self.api_key,
            "MAC_ADDRESS": self.mac,
            "SERVER": self.server,
            "SSID": self.ssid,
            "WIFI_PASSWORD": self.wifi_password,
            "INTERVAL": self.interval_s,
        }
        return {name: value for name, value in named.items() if value is not None} | {**self.more}


def render_config(settings: BoardSettings, template: Path = CONFIG) -> str:
    """Return the text of this station's config.py; it holds the key and the password.

    Raises `InvalidSettings`.
    """
    check_wifi(settings.ssid, settings.wifi_password)
    return replace_values(template.read_text(encoding="utf-8"), settings.by_name())


def values_in(config: bytes) -> dict[str, Value]:
    """Return the settings of a config.py as far as they are plain values."""
    try:
        places = _places(config.decode())
    except (SyntaxError, ValueError):
        return {}
    return {
        name: node.value
        for name, node in places.items()
        if isinstance(node, ast.Constant) and isinstance(node.value, str | int | float | None)
    }


def other_settings(config: bytes, template: Path = CONFIG) -> dict[str, Value]:
    """Return what this config.py says beyond a station's own settings, e.g. its wiring."""
    shipped = _places(template.read_text(encoding="utf-8")).keys()
    return {name: value for name, value in values_in(config).items() if name in shipped - _OWN}


def check_wifi(ssid: str | None, password: str | None) -> None:
    """Raise `InvalidSettings` for what no radio can join."""
    if ssid is not None and not 1 <= len(_utf8("SSID", ssid)) <= _SSID_BYTES:
        raise InvalidSettings(f"The Wi-Fi's name (SSID) has 1 to {_SSID_BYTES} bytes.")
    if password and len(_utf8("WIFI_PASSWORD", password)) not in _PASSWORD_CHARACTERS:
        raise InvalidSettings(
            "A Wi-Fi password has 8 to 63 characters; an open network has none at all."
        )


def replace_values(source: str, values: Mapping[str, Value]) -> str:
    """Return the source with other values behind these names, everything else as it was."""
    lines = [line.encode() for line in source.splitlines(keepends=True)]  # ast counts bytes
    places = _places(source)
    if missing := sorted(values.keys() - places.keys()):
        raise InvalidSettings(f"config.py has no setting {missing[0]}.")
    # From the end, so that no place moves before its turn.
    for name in sorted(values, key=lambda name: places[name].lineno, reverse=True):
        node = places[name]
        last = node.end_lineno or node.lineno
        head = lines[node.lineno - 1][: node.col_offset]
        tail = lines[last - 1][node.end_col_offset :]
        written = head + _utf8(name, _literal(values[name])) + tail
        lines[node.lineno - 1 : last] = [written]
    return b"".join(lines).decode()


def _places(source: str) -> dict[str, ast.expr]:
    """Where each setting's value stands."""
    return {
        target.id: node.value
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _literal(value: Value) -> str:
    """The value as Python text that says the same to MicroPython.

    Letters beyond ASCII stay themselves: a MicroPython without unicode would take their
    escapes for single bytes.
    """
    if isinstance(value, str):
        return f'"{value}"' if _is_plain(value) else repr(value)
    return repr(value)


def _is_plain(text: str) -> bool:
    """True when double quotes, as the rest of the file has them, need no escape."""
    return text.isprintable() and not set(text) & set("\"'\\")


def _utf8(name: str, text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise InvalidSettings(f"{name} has characters that are no text.") from error
