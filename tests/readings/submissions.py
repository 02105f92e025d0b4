"""What boards submit, for tests below the wire."""

from __future__ import annotations

from readings.measurements import Measurement, Sequence, Submission
from readings.times import now_ms
from stations.models import Station
from stations.wire import Credentials
from tests.factories import TUTORIAL_KEY


def make_submission(
    station: Station,
    value: float = 21.5,
    *,
    key: str = TUTORIAL_KEY,
    field: int = 1,
    at: int = 0,
    is_exact: bool = False,
    seq: Sequence | None = None,
) -> Submission:
    measurement = Measurement(field, value, at or now_ms(), is_exact, seq)
    return Submission(Credentials(key, station.mac), (measurement,))
