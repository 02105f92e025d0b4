"""Links tried out at random: counted by address, across all processes."""

from __future__ import annotations

from django.conf import settings

from stations import limits
from stations.limits import Limit, place_of_guesser


def wait_s(address: str) -> float:
    """Return for how long nothing from an address is looked up; 0 for nearly everybody."""
    place = place_of_guesser(address)
    if limits.usage.is_clean(place):
        return 0.0
    with limits.usage as usage:
        return usage.wait_s(place, _limit())


def count(address: str) -> None:
    with limits.usage as usage:
        usage.take(place_of_guesser(address), _limit())


def _limit() -> Limit:
    return Limit(settings.REFUSAL_RATE_LIMIT, settings.REFUSAL_RATE_BURST)
