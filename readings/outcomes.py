"""What became of a submission. Pure."""

from __future__ import annotations

from typing import NamedTuple

from readings.measurements import Measurement


class Stored(NamedTuple):
    """Committed, now or by an earlier request that this one repeats."""

    station_id: int
    station: str
    measurements: tuple[Measurement, ...]


class Refused(NamedTuple):
    """Nothing was stored. `reason` is for the board, `cause` for the operator.

    `retry_after_s` says when to come again, where that is known.
    """

    status: int
    reason: str
    cause: str
    station: str = ""
    retry_after_s: int = 0


Outcome = Stored | Refused


class CannotStore(Exception):
    """Something is wrong with the server itself: boards are refused and keep their own."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.cause)
        self.refused = refused
