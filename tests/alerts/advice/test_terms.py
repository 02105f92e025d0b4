"""What a household wants of its advice."""

from __future__ import annotations

import json
from datetime import time

import pytest

from alerts.advice.terms import Terms

_NIGHT = Terms(quiet_from=time(22), quiet_until=time(7))
_NAP = Terms(quiet_from=time(13), quiet_until=time(15))


@pytest.mark.parametrize(
    ("terms", "hour", "is_quiet"),
    [
        (_NIGHT, 22, True),
        (_NIGHT, 3, True),
        (_NIGHT, 7, False),
        (_NIGHT, 12, False),
        (_NAP, 13, True),
        (_NAP, 15, False),
        (Terms(), 3, False),
        (Terms(quiet_from=time(8), quiet_until=time(8)), 8, False),
    ],
)
def test_quiet_hours(terms: Terms, hour: int, is_quiet: bool) -> None:
    assert terms.is_quiet(time(hour)) == is_quiet


@pytest.mark.parametrize("terms", [Terms(), _NIGHT, Terms(comfort=19.5, dwell_min=0)])
def test_terms_survive_the_database(terms: Terms) -> None:
    assert Terms.restored(json.loads(json.dumps(terms.stored()))) == terms


def test_what_another_version_stored_is_understood() -> None:
    assert Terms.restored({"comfort": 24.0, "phase_of_the_moon": 3}) == Terms(comfort=24.0)
