"""MAC addresses: one canonical form for every notation in use. Pure."""

from __future__ import annotations

import re

_SEPARATORS = re.compile(r"[:\-. ]")
_TWELVE = re.compile(r"[0-9A-Za-z]{12}", re.ASCII)
_HEX = re.compile(r"[0-9a-f:]{17}", re.ASCII)


class InvalidMac(ValueError):
    """The text is not a MAC address in any common notation."""


def canonical_mac(text: str) -> str:
    """Return `aa:bb:cc:dd:ee:ff` from any common notation, case and separator.

    Letters beyond `f` pass: published tutorials use ids such as
    `6c:ef:7r:3b:9d:e8`. Ask `is_hex` before calling the result a real address.
    """
    compact = _SEPARATORS.sub("", text)
    if not _TWELVE.fullmatch(compact):
        raise InvalidMac("A MAC address has 12 digits, e.g. 5c:cf:7f:0a:1b:2c.")
    compact = compact.lower()  # only now: the Kelvin sign's lower case is a plain k
    return ":".join(compact[i : i + 2] for i in range(0, 12, 2))


def is_hex(mac: str) -> bool:
    """True when a canonical MAC is one that hardware can have."""
    return _HEX.fullmatch(mac) is not None
