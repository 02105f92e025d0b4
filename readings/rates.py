"""How often: each station's readings, and what each address may get wrong.

A board over its limit is told `429 too fast` and keeps its readings: none is lost,
none is stored. An address whose requests were refused too often gets the same for
everything, so that nobody can try out keys. Both count across all workers.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from math import ceil

from django.conf import settings

from readings.measurements import Submission
from readings.outcomes import Refused
from stations import limits
from stations.auth import Writer
from stations.limits import Limit, Usage, place_of_address, place_of_station

logger = logging.getLogger("readings.devices")

Admitted = Writer | Refused


def refused_too_often(address: str) -> Refused | None:
    """Return the reply to an address that is not listened to now; costs others a glance."""
    place = place_of_address(address)
    if limits.usage.is_clean(place):
        return None
    with limits.usage as usage:
        return _unheard(usage, address)


def count_refusal(address: str, refused: Refused) -> Refused:
    """Count a refusal of somebody unknown and return what to answer."""
    with limits.usage as usage:
        return _unheard(usage, address) or _count(usage, address, refused)


def judge(submissions: Sequence[Submission], admitted: Sequence[Admitted]) -> list[Admitted]:
    """Count what each submission comes to; refuse those beyond a limit.

    A reading counts when it is let through, also when its commit then fails: never
    are more stored than the limit says.
    """
    limit = Limit(settings.STATION_RATE_LIMIT, settings.STATION_RATE_BURST)
    with limits.usage as usage:
        addresses = {submission.address for submission in submissions}
        suspects = {one for one in addresses if not usage.is_clean(place_of_address(one))}
        return [
            _judge(usage, submission, one, limit, suspects)
            for submission, one in zip(submissions, admitted, strict=True)
        ]


def _judge(
    usage: Usage, submission: Submission, admitted: Admitted, limit: Limit, suspects: set[str]
) -> Admitted:
    address = submission.address
    if address in suspects:
        # Also for a right key: one that was guessed must look like all the others.
        unheard = _unheard(usage, address)
        if unheard is not None:
            return unheard
    if isinstance(admitted, Writer):
        return _charge(usage, admitted, len(submission.measurements), limit)
    suspects.add(address)
    return _count(usage, address, admitted)


def _count(usage: Usage, address: str, refused: Refused) -> Refused:
    if not refused.station:  # a station that sends a bad value has proved who it is
        usage.take(place_of_address(address), _refusal_limit())
    return refused


def _charge(usage: Usage, writer: Writer, readings: int, limit: Limit) -> Admitted:
    place = place_of_station(writer.station_id)
    wait_s = usage.take(place, limit, readings)
    if not wait_s:
        return writer
    if usage.should_tell(place):
        logger.warning(
            "%s sends more than STATION_RATE_LIMIT=%g readings a minute: it is told to wait, and"
            " keeps them. Look what its board does, or raise the limit.",
            writer.name,
            limit.per_minute,
        )
    return _too_fast(wait_s, writer.name)


def _unheard(usage: Usage, address: str) -> Refused | None:
    limit = _refusal_limit()
    place = place_of_address(address)
    wait_s = usage.wait_s(place, limit)
    if not wait_s:
        return None
    if usage.should_tell(place):
        logger.warning(
            "Requests of %s were refused too often: it is not listened to beyond"
            " REFUSAL_RATE_LIMIT=%g a minute. Compare its boards' keys and MAC addresses with"
            " the admin, unless somebody tries out keys there.",
            address,
            limit.per_minute,
        )
    return _too_fast(wait_s)


def _refusal_limit() -> Limit:
    return Limit(settings.REFUSAL_RATE_LIMIT, settings.REFUSAL_RATE_BURST)


def _too_fast(wait_s: float, station: str = "") -> Refused:
    return Refused(429, "too fast", "too fast", station, ceil(wait_s))
