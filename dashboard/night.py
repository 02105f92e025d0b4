"""When a screen on a wall must not light up the room. Pure."""

from __future__ import annotations

from datetime import tzinfo

from readings.times import from_ms

_NIGHT_FROM, _DAY_FROM = 21, 7  # o'clock in the house


def is_night(ms: int, zone: tzinfo) -> bool:
    """True in the evening and at night, by the house's clock."""
    hour = from_ms(ms).astimezone(zone).hour
    return hour >= _NIGHT_FROM or hour < _DAY_FROM
