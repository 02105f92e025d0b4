"""JSON batches from a grammar, what becomes of them, and which of them are to be stored."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tests.factories import TUTORIAL_KEY, TUTORIAL_MAC

_WRONG: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        "",
        "21.5",
        "nan",
        -1,
        0,
        1.0,
        1.5,
        100,
        1e12,
        1e13,
        -1e300,
        10**40,
        [],
        {},
    ),
    *([1], {"a": 1}, "2026-11-23", "2026-11-23T16:00:00", "9999-12-31T23:59:59Z", "\ud800", "\x00"),
)
_TOKENS = (
    *(b"NaN", b"Infinity", b"-", b"1e999", b"1_0", b"0x1", b"01", b"+1", b".5", b"\x00", b"\xff"),
    *(b'"', b"{", b"}", b"[", b"]", b",", b":", b"\\", b"\\u0000", b"\\ud800", b"null", b"true"),
    *(b" ", b"\n", b"//", b"\xc0\xaf", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"9" * 400, b"[" * 2_000),
)
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[T ]([01]\d|2[0-3]):\d\d(:\d\d([.,]\d{1,9})?)?(Z|[+-]\d\d:?\d\d)", re.ASCII
)
_SEQUENCE = re.compile("[0-9a-z]{1,8}-[0-9]{1,9}")
_YEAR_S = 366 * 86_400


def body(random: Random, now: datetime) -> bytes:
    """Return a document: valid, or changed once to three times, as a tree or as bytes."""
    document = _valid(random, now)
    for _ in range(random.choice((0, 0, 1, 1, 2))):
        random.choice(_ON_TREES)(random, document)
    raw = json.dumps(document).encode("ascii")
    for _ in range(random.choice((0, 0, 0, 1, 2))):
        raw = random.choice(_ON_BYTES)(random, raw)
    return raw


def stored(raw: bytes, now: datetime) -> list[tuple[int, str]] | None:
    """Return field and time (empty: by age) of the readings to be stored; None to refuse."""
    try:
        document = json.loads(
            raw.decode("utf-8-sig"), object_pairs_hook=_distinct, parse_constant=_no
        )
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or not set(document) <= {"mac", "readings", "api_key"}:
        return None
    mac, readings = document.get("mac"), document.get("readings")
    is_known = isinstance(mac, str) and re.sub("[-:. ]", "", mac).lower() == "6cef7r3b9de8"
    if not is_known or document.get("api_key", TUTORIAL_KEY) != TUTORIAL_KEY:
        return None
    if (
        not isinstance(readings, list)
        or not readings
        or not all(_is_good(r, now) for r in readings)
    ):
        return None
    return [(r["field"], r.get("measured_at", "")) for r in readings]


def _is_good(reading: Any, now: datetime) -> bool:
    if not isinstance(reading, dict):
        return False
    if not {"field", "value"} <= set(reading) <= {"field", "value", "age", "seq", "measured_at"}:
        return False
    field, value, age = reading["field"], reading["value"], reading.get("age", 0)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return (
        (type(field), type(age)) == (int, int)
        and 1 <= field <= 99
        and 0 <= age <= _YEAR_S
        and is_number
        and -1e12 <= value <= 1e12
        and ("measured_at" not in reading or _is_time(reading, now))
        and _SEQUENCE.fullmatch(str(reading.get("seq", "a-1"))) is not None
    )


def _is_time(reading: dict[str, Any], now: datetime) -> bool:
    text = reading["measured_at"]
    if "age" in reading or not isinstance(text, str) or not _MOMENT.fullmatch(text):
        return False
    try:
        at = datetime.fromisoformat(text)
        return timedelta(days=-366) <= at - now <= timedelta(minutes=1)
    except (ValueError, OverflowError):
        return False


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError
    return dict(pairs)


def _no(constant: str) -> None:
    raise ValueError(constant)


def _valid(random: Random, now: datetime) -> dict[str, Any]:
    readings = [_reading(random, now) for _ in range(random.choice((1, 1, 2, 5)))]
    return {"mac": random.choice((TUTORIAL_MAC, TUTORIAL_MAC.upper())), "readings": readings}


def _reading(random: Random, now: datetime) -> dict[str, Any]:
    value = random.choice((round(random.uniform(-40, 60), 2), random.randrange(100), -0.0, 1e12))
    reading: dict[str, Any] = {"field": random.choice((1, 2, 3, 42, 99)), "value": value}
    # Neither too near to now nor to the year's end: the test takes its time.
    ago = timedelta(milliseconds=random.randrange(3_600_000, 365 * 86_400_000))
    moment = (now - ago).isoformat(timespec="milliseconds")
    return reading | random.choice(
        ({}, {"age": random.randrange(_YEAR_S)}, {"measured_at": moment})
    )


def _places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every container of a tree with every key or index in it."""
    keys = list(tree) if isinstance(tree, dict) else range(len(tree))
    for key in keys:
        yield tree, key
        if isinstance(tree[key], dict | list):
            yield from _places(tree[key])


def _set(random: Random, document: Any) -> None:
    places = list(_places(document))
    if places:
        tree, key = random.choice(places)
        tree[key] = deepcopy(random.choice(_WRONG))


def _drop(random: Random, document: Any) -> None:
    places = list(_places(document))
    if places:
        tree, key = random.choice(places)
        del tree[key]


def _add(random: Random, document: Any) -> None:
    objects = [document] + [
        tree[key] for tree, key in _places(document) if isinstance(tree[key], dict)
    ]
    name = random.choice(("unit", "age", "seq", "measured_at", "Field", "", "api_key", "mac"))
    random.choice(objects)[name] = deepcopy(random.choice(_WRONG))


def _flip(random: Random, raw: bytes) -> bytes:
    at = random.randrange(len(raw))
    return raw[:at] + bytes([raw[at] ^ 1 << random.randrange(8)]) + raw[at + 1 :]


def _cut(random: Random, raw: bytes) -> bytes:
    at = random.randrange(len(raw))
    return raw[:at] + raw[at + random.choice((1, 1, 3, 20)) :] or b" "


def _insert(random: Random, raw: bytes) -> bytes:
    at = random.randrange(len(raw))
    return raw[:at] + random.choice(_TOKENS) + raw[at:]


def _double(random: Random, raw: bytes) -> bytes:
    at = random.randrange(len(raw))
    return raw[:at] + raw[max(0, at - random.randrange(1, 30)) :]


_ON_TREES: tuple[Callable[[Random, Any], None], ...] = (_set, _set, _drop, _add)
_ON_BYTES: tuple[Callable[[Random, bytes], bytes], ...] = (_flip, _cut, _insert, _double)
