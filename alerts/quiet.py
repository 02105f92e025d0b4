"""Quiet hours. Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta, tzinfo

from readings.times import from_ms, to_ms


def quiet_until(begin: time | None, end: time | None, now: int, zone: tzinfo) -> int | None:
    """Return when the quiet hours that `now` is in are over, in milliseconds; else None.

    They may pass midnight. Beginning and ending at the same time they are none.
    """
    if begin is None or end is None or begin == end:
        return None
    moment = from_ms(now).astimezone(zone)
    clock = moment.time()
    is_past, is_before = clock >= begin, clock < end
    if not (is_past and is_before if begin < end else is_past or is_before):
        return None
    day = moment.date() if clock < end else moment.date() + timedelta(days=1)
    # In the second passing of the hour that autumn repeats, an end within it is its second, too.
    return to_ms(datetime.combine(day, end, zone).replace(fold=moment.fold))
