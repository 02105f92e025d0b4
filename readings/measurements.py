"""What a board reports, before anything is stored. Pure.

Every dialect turns a request into a `Submission`; every way in, live or
imported, hands its values on as `Measurement`s.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from readings.values import InvalidValue
from stations.wire import Credentials

_SEQUENCE = re.compile(r"([0-9a-z]{1,8})-([0-9]{1,9})", re.ASCII)


class Sequence(NamedTuple):
    """Which reading of which boot: how a resend is known for what it is."""

    boot: str
    number: int


class Measurement(NamedTuple):
    """One value of one field.

    `measured_at` is in milliseconds since the epoch. With `is_exact` a second
    value for the same time is the same reading again; without, the time is our
    own estimate and a tie moves on by a millisecond.
    """

    field: int
    value: float
    measured_at: int
    is_exact: bool = False
    sequence: Sequence | None = None


class Submission(NamedTuple):
    """One request of one board: who it says it is, and what it measured.

    `refusal` is the reason for which the measurements could not be read. It is
    told only to a board that proves who it is. `address` is where it came from.
    """

    credentials: Credentials
    measurements: tuple[Measurement, ...] = ()
    refusal: str = ""
    address: str = ""


def parse_sequence(text: str) -> Sequence:
    """Return `<boot>-<number>` as a `Sequence`."""
    match = _SEQUENCE.fullmatch(text)
    if match is None:
        raise InvalidValue("bad seq: boot-number")
    return Sequence(match[1], int(match[2]))
