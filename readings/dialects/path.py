"""The path-encoded GET: /update/API_key=K/mac=M/field=N/data=V[/age=S][/seq=B-N].

What boards have sent since the first tutorial. Pure: a request in, a
`Submission` out; an outcome in, the exact reply out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

from readings.measurements import Measurement, Submission, parse_sequence
from readings.outcomes import Outcome, Stored
from readings.times import SECOND_MS
from readings.values import InvalidValue, parse_age_s, parse_field, parse_value
from stations.wire import Credentials

_PREFIX = "update/"
# `readings.device_urls` and `SECURE_REDIRECT_EXEMPT` say the same.
_OURS = re.compile(r"/*(update(/|\Z)|[Aa][Pp][Ii]_[Kk][Ee][Yy]=)")
# What nearly every board sends, read at one glance. `_split` reads it alike.
_PLAIN = re.compile("/(?:update/)?API_key=([^/]*)/mac=([^/]*)/field=([^/]*)/data=([^/]+)")
_REQUIRED = ("API_key", "mac", "field", "data")
_OPTIONAL = ("age", "seq")
_NO_OPTIONS: Mapping[str, str] = {}


class Malformed(ValueError):
    """The path is not of this form. The message is the board's reply."""


def is_ours(path: str) -> bool:
    """True for a path that means this dialect, well formed or not."""
    return _OURS.match(path) is not None


def parse(
    path: str, query: str, received_at: int, longest_age_s: int, address: str = ""
) -> Submission:
    """Turn a decoded path and a raw query string into a submission from an address.

    Raises `Malformed` when parts are missing, doubled or out of order. A bad
    value does not raise: it is told only to a board that proves who it is.
    """
    plain = None if query else _PLAIN.fullmatch(path)
    if plain:
        (key, mac, field, data), options = plain.groups(), _NO_OPTIONS
    else:
        parts = _split(path)
        key, mac, field, data = (parts[name] for name in _REQUIRED)
        options = _options(query) | parts if query else parts
    credentials = Credentials(key, mac)
    try:
        measurement = _measurement(field, data, options, received_at, longest_age_s)
    except InvalidValue as error:
        return Submission(credentials, (), str(error), address)
    return Submission(credentials, (measurement,), "", address)


def reply(outcome: Outcome) -> tuple[int, str]:
    """Return the status and the one line that a board gets."""
    return (200, "OK") if isinstance(outcome, Stored) else (outcome.status, outcome.reason)


def _split(path: str) -> dict[str, str]:
    """Split a path into its named parts, checking their order."""
    pieces = path.strip("/").removeprefix(_PREFIX).strip("/").split("/")
    parts = [piece.partition("=") for piece in pieces]
    names = [name for name, _, _ in parts]
    for expected, found in zip(_REQUIRED, names + [""] * 4, strict=False):
        if expected != found:
            raise Malformed(f"missing {expected}=")
    extra = names[len(_REQUIRED) :]
    if extra and extra != [name for name in _OPTIONAL if name in extra]:
        raise Malformed("only age=, seq= next")
    return {name: value for name, _, value in parts}


def _options(query: str) -> dict[str, str]:
    """Return what a query says; a name of ours that comes twice says nothing."""
    pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=20)
    names = [name for name, _ in pairs if name in _OPTIONAL]
    if len(names) > len(set(names)):
        raise Malformed("bad query")
    return dict(pairs)


def _measurement(
    field: str, data: str, options: Mapping[str, str], received_at: int, longest_age_s: int
) -> Measurement:
    age_s = parse_age_s(options["age"], longest_age_s) if "age" in options else 0
    return Measurement(
        parse_field(field),
        parse_value(data),
        received_at - age_s * SECOND_MS,
        sequence=parse_sequence(options["seq"]) if "seq" in options else None,
    )
