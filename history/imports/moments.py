"""Times as files write them. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from readings.times import to_ms
from readings.values import InvalidValue, checked_time

_ZULU = re.compile(r"\s*(UTC|GMT|Z)$", re.ASCII)
_BLANK_OFFSET = re.compile(r"\s+([+-]\d\d:?\d\d)$", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", re.ASCII)


def parse_moment(text: str, house: ZoneInfo) -> int:
    """Return ISO with `Z`, ` UTC` or an offset as milliseconds since 1970.

    Without any it is the house's time. The hour that autumn repeats and the one that
    spring leaves out could be two times, or none: they are refused.
    """
    text = text.strip()
    if not _DATE.match(text):  # `fromisoformat` takes week dates and more
        raise InvalidValue("bad time: write it as 2026-01-31T07:00:00Z")
    text = _BLANK_OFFSET.sub(r"\1", _ZULU.sub("+00:00", text))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidValue("bad time: write it as 2026-01-31T07:00:00Z") from error
    return checked_time(to_ms(moment if moment.tzinfo else _of_house(moment, house)))


def _of_house(moment: datetime, house: ZoneInfo) -> datetime:
    first, second = (moment.replace(tzinfo=house, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first
    is_twice = first.astimezone(UTC).astimezone(house).replace(tzinfo=None) == moment
    how_often = "twice" if is_twice else "never"
    raise InvalidValue(f"that time comes {how_often} in {house.key}: add its offset, e.g. +01:00")
