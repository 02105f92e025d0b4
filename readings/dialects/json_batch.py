"""Many readings at once: POST /api/v1/readings/ with a JSON body.

    {"mac": "5c:cf:7f:0a:1b:2c",
     "readings": [{"field": 1, "value": 21.5, "measured_at": "2026-11-23T16:00:00Z"},
                  {"field": 2, "value": 48, "age": 60}]}

The API key comes as `Authorization: Bearer KEY` or beside `mac` as `api_key`. All
readings are stored or none is. Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache, partial
from itertools import repeat
from operator import itemgetter
from typing import Any, NamedTuple, NoReturn

from readings.measurements import Measurement, Sequence, Submission, parse_sequence
from readings.outcomes import Outcome, Stored
from readings.times import SECOND_MS, to_ms
from readings.values import InvalidValue, checked_time, checked_value
from stations.wire import FIELD_MAX, FIELD_MIN, Credentials

PATHS = ("/api/v1/readings", "/api/v1/readings/")
MOST_READINGS = 1_000
LARGEST_BODY = 256 * 1024

_AHEAD_MS = 60 * SECOND_MS  # how far clocks may differ
NAMES = frozenset(("mac", "api_key", "readings"))
PARTS = frozenset(("field", "value", "measured_at", "age", "seq"))
_PLAIN = ("field", "value", "measured_at")
# `Measurement(...)` goes through a function of Python's for each.
_measured = partial(tuple.__new__, Measurement)
# A time up to its minute, and what follows. What Python's `fromisoformat` takes beyond this
# differs from version to version.
_TO_MINUTE = len("2026-11-23T16:00")
_MINUTE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):[0-9]{2}")
_REST = re.compile(r"(:[0-9]{2}([.,][0-9]{1,9})?)?(Z|[+-][0-9]{2}:?[0-9]{2})")
_SOME_MINUTE, _SOME_MS = "2000-01-01T00:00", 946_684_800_000


class Malformed(ValueError):
    """The body is not of this form. The message is the sender's reply."""


class Times(NamedTuple):
    """What the times of a batch are measured against, in milliseconds since 1970."""

    received_at: int
    longest_age_s: int

    @property
    def earliest(self) -> int:
        return self.received_at - self.longest_age_s * SECOND_MS

    @property
    def latest(self) -> int:
        return self.received_at + _AHEAD_MS


def parse(body: bytes, bearer: str, times: Times) -> Submission:
    """Turn a body and the key of its `Authorization` header into a submission.

    Raises `Malformed` when it is no such document. A bad reading does not raise:
    it is told, by its place in the list, only to a station that proves who it is.
    """
    document = _document(body)
    credentials = Credentials(_key(document, bearer), document["mac"])
    try:
        return Submission(credentials, tuple(_measurements(document["readings"], times)))
    except InvalidValue as error:
        return Submission(credentials, refusal=str(error))


def reply(outcome: Outcome) -> tuple[int, str]:
    """Return the status and the JSON text of the reply."""
    if isinstance(outcome, Stored):
        return 200, json.dumps({"acknowledged": len(outcome.measurements)})
    return outcome.status, json.dumps({"detail": outcome.reason})


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(
            body.decode("utf-8-sig"),
            parse_constant=_refuse_constant,
            object_pairs_hook=_without_doubles,
        )
    except Malformed:
        raise
    except (ValueError, RecursionError) as error:
        raise Malformed("the body is not JSON in UTF-8") from error
    if not isinstance(document, dict):
        raise Malformed("the body is no JSON object")
    if not document.keys() <= NAMES:
        raise Malformed("only mac, api_key and readings belong there")
    if not isinstance(document.get("mac"), str):
        raise Malformed("mac is missing, a text")
    readings = document.get("readings")
    if not isinstance(readings, list) or not 1 <= len(readings) <= MOST_READINGS:
        raise Malformed(f"readings is missing, a list of 1 to {MOST_READINGS}")
    return document


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity are not JSON, whatever Python takes


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Malformed("a name comes twice in one object")  # Python would take the last
    return found


def _key(document: Mapping[str, Any], bearer: str) -> str:
    key = document.get("api_key", bearer)
    if not isinstance(key, str) or not key:
        raise Malformed("the key is missing: Authorization: Bearer KEY")
    if bearer and key != bearer:
        raise Malformed("two keys that differ")
    return key


def _measurements(readings: list[Any], times: Times) -> list[Measurement]:
    return _plain(readings, times) or _one_by_one(readings, times)


def _plain(readings: list[Any], times: Times) -> list[Measurement] | None:
    """Read readings of field, value and measured_at, column by column: in half of the time.

    None where one is otherwise, or in the least unusual: `_one_by_one` says what is wrong.
    """
    try:
        columns = [list(map(itemgetter(name), readings)) for name in _PLAIN]
    except (KeyError, TypeError):
        return None
    fields, values, texts = columns
    if set(map(len, readings)) != {len(_PLAIN)} or not _are_plain(fields, values, texts):
        return None
    try:
        ats = list(map(_stated_ms, texts))
        first, last = checked_time(min(ats)), checked_time(max(ats))
        checked_value(min(values))
        checked_value(max(values))
    except (ValueError, OverflowError):
        return None
    if first < times.earliest or last > times.latest:
        return None
    floats = map((0.0).__add__, values)
    return list(map(_measured, zip(fields, floats, ats, repeat(True), repeat(None))))


def _are_plain(fields: list[Any], values: list[Any], texts: list[Any]) -> bool:
    return (
        set(map(type, fields)) == {int}
        and set(map(type, values)) <= {int, float}
        and set(map(type, texts)) == {str}
        and FIELD_MIN <= min(fields) <= max(fields) <= FIELD_MAX
    )


def _one_by_one(readings: list[Any], times: Times) -> list[Measurement]:
    found = []
    for place, reading in enumerate(readings):
        try:
            found.append(_measurement(reading, times))
        except InvalidValue as error:
            raise InvalidValue(f"readings[{place}]: {error}") from error
    return found


def _measurement(reading: Any, times: Times) -> Measurement:
    if not isinstance(reading, dict) or not reading.keys() <= PARTS:
        raise InvalidValue("only field, value, measured_at or age, and seq")
    field, value = reading.get("field"), reading.get("value")
    # `type`, not `isinstance`: true is an int to Python.
    if type(field) is not int or not FIELD_MIN <= field <= FIELD_MAX:
        raise InvalidValue(f"field is no whole number of {FIELD_MIN} to {FIELD_MAX}")
    if type(value) is not float and type(value) is not int:
        raise InvalidValue("value is no number")
    is_exact = "measured_at" in reading
    at = _measured_at(reading, times) if is_exact else _by_age(reading, times)
    sequence = _sequence(reading["seq"]) if "seq" in reading else None
    return Measurement(field, checked_value(value) + 0.0, at, is_exact, sequence)


def _measured_at(reading: Mapping[str, Any], times: Times) -> int:
    """Return a time with its offset from UTC in milliseconds since 1970."""
    if "age" in reading:
        raise InvalidValue("measured_at or age, not both")
    text = reading["measured_at"]
    try:
        if not isinstance(text, str):
            raise ValueError
        at = _stated_ms(text)
    except (ValueError, OverflowError):
        raise InvalidValue("measured_at is no time such as 2026-11-23T16:00:00Z") from None
    if at > times.latest:
        raise InvalidValue("measured_at is ahead of the server's clock")
    if at < times.earliest:
        raise InvalidValue("measured_at is too long ago")
    return checked_time(at)


def _stated_ms(text: str) -> int:
    return _minute_ms(text[:_TO_MINUTE]) + _rest_ms(text[_TO_MINUTE:])


# A batch has many readings of each minute, and few ways to go on behind it.
@lru_cache(1_024)
def _minute_ms(text: str) -> int:
    """Return a minute without an offset, taken for UTC, in milliseconds since 1970."""
    if not _MINUTE.fullmatch(text):
        raise ValueError
    return to_ms(datetime.fromisoformat(f"{text}+00:00"))


@lru_cache(1_024)
def _rest_ms(text: str) -> int:
    """Return what seconds and the offset from UTC add to a minute, in milliseconds."""
    if not _REST.fullmatch(text):
        raise ValueError
    return to_ms(datetime.fromisoformat(_SOME_MINUTE + text)) - _SOME_MS


def _by_age(reading: Mapping[str, Any], times: Times) -> int:
    age_s = reading.get("age", 0)
    if type(age_s) is not int or age_s < 0:
        raise InvalidValue("age is no whole number of seconds")
    if age_s > times.longest_age_s:
        raise InvalidValue("age is too long")
    return times.received_at - age_s * SECOND_MS


def _sequence(text: Any) -> Sequence:
    if not isinstance(text, str):
        raise InvalidValue("seq is no text: boot-number")
    return parse_sequence(text)
