"""What a board says of itself once an hour. Pure: JSON in, a `Report` out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

LARGEST_BODY = 4_096
_MOST = 2_000_000_000  # fits every database's integer
_TEXTS = {"version": 12, "set": 8, "failed": 12, "python": 20, "reset": 12, "why": 12}
_NUMBERS = ("free", "uptime", "waiting", "lost")


class Malformed(ValueError):
    """The body is no report. The message is the board's reply."""


class Report(NamedTuple):
    mac: str
    version: str
    folder: str
    failed_version: str
    python: str
    reset_cause: str
    restarted_for: str
    free_bytes: int
    signal_dbm: int | None
    uptime_s: int
    waiting: int
    lost: int


def parse(body: bytes) -> Report:
    """Turn a body into a report; names of later firmware are passed over."""
    said = _document(body)
    texts = {name: _text(said, name, most) for name, most in _TEXTS.items()}
    numbers = {name: _number(said, name) for name in _NUMBERS}
    return Report(
        mac=_text(said, "mac", 40),
        version=texts["version"],
        folder=texts["set"],
        failed_version=texts["failed"].strip("-"),
        python=texts["python"],
        reset_cause=texts["reset"],
        restarted_for=texts["why"],
        free_bytes=numbers["free"],
        signal_dbm=_signal(said.get("signal")),
        uptime_s=numbers["uptime"],
        waiting=numbers["waiting"],
        lost=numbers["lost"],
    )


def _document(body: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Malformed("no JSON") from error
    if not isinstance(said, dict):
        raise Malformed("no JSON object")
    return said


def _text(said: Mapping[str, Any], name: str, most: int) -> str:
    found = said.get(name, "")
    if not isinstance(found, str) or len(found) > most or not (found.isascii() or name == "mac"):
        raise Malformed(f"bad {name}")
    if any(not character.isprintable() for character in found):
        raise Malformed(f"bad {name}")
    return found


def _number(said: Mapping[str, Any], name: str) -> int:
    found = said.get(name, 0)
    if type(found) is not int or not 0 <= found <= _MOST:
        raise Malformed(f"bad {name}")
    return found


def _signal(found: Any) -> int | None:
    """Return dBm, which are negative; None when the radio did not say."""
    if found is None or (type(found) is int and -200 <= found <= 50):
        return found
    raise Malformed("bad signal")
