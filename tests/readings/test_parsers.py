"""Properties of the parsers: no text breaks them, and what was written is what is read."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readings.dialects import json_batch
from readings.dialects import path as path_dialect
from readings.measurements import Measurement, Sequence, Submission, parse_sequence
from readings.values import InvalidValue, parse_age_s, parse_field, parse_value
from stations.mac import InvalidMac, canonical_mac
from stations.wire import Credentials

NOW = 1_795_449_600_000
YEAR_S = 366 * 86_400
TIMES = json_batch.Times(NOW, YEAR_S)

_sequences = st.builds(Sequence, st.from_regex(r"\A[0-9a-z]{1,8}\Z"), st.integers(0, 10**9 - 1))
_values = st.floats(-1e12, 1e12).filter(lambda value: len(repr(value)) <= 32)
_keys = st.from_regex(r"\A[0-9A-Za-z_.~-]{4,64}\Z")
_macs = st.from_regex(r"\A([0-9a-f]{2}:){5}[0-9a-f]{2}\Z")


@given(text=st.text() | st.from_regex(r"[-0-9.eE_+]*"))
def test_no_text_breaks_a_number(text: str) -> None:
    for parse in (parse_value, parse_field, lambda text: parse_age_s(text, YEAR_S)):
        with suppress(InvalidValue):
            parse(text)


@given(text=st.text() | st.from_regex(r"[0-9a-z-]*"))
def test_no_text_breaks_a_sequence(text: str) -> None:
    with suppress(InvalidValue):
        assert parse_sequence(text).number >= 0


@given(text=st.text() | st.from_regex(r"[0-9a-fA-F:. -]{10,20}"))
def test_no_text_breaks_a_mac_and_a_canonical_one_stays(text: str) -> None:
    try:
        mac = canonical_mac(text)
    except InvalidMac:
        return
    assert canonical_mac(mac) == mac
    assert len(mac) == 17 and mac.isascii()


@given(path=st.text(), query=st.text())
def test_no_path_breaks_the_path_dialect(path: str, query: str) -> None:
    with suppress(ValueError):  # what the front answers with a 400
        path_dialect.parse(path, query, NOW, YEAR_S)


_parts = st.text(st.characters(exclude_characters="/")) | st.from_regex(r"\A[0-9.=:-]{0,5}\Z")


@given(prefix=st.sampled_from(["", "/update"]), parts=st.tuples(_parts, _parts, _parts, _parts))
def test_a_plain_path_is_read_as_any_other(prefix: str, parts: tuple[str, str, str, str]) -> None:
    """One expression reads it; with a slash behind it is split, piece by piece."""
    names = ("API_key", "mac", "field", "data")
    path = prefix + "".join(f"/{name}={part}" for name, part in zip(names, parts, strict=True))
    plain = path_dialect.parse(path, "", NOW, YEAR_S)
    assert plain == path_dialect.parse(path + "/", "", NOW, YEAR_S)


@given(body=st.binary() | st.recursive(st.text() | st.floats() | st.none(), st.lists).map(repr))
def test_no_body_breaks_the_json_dialect(body: bytes | str) -> None:
    with pytest.raises(json_batch.Malformed):
        json_batch.parse(
            body.encode("utf-8", "replace") if isinstance(body, str) else body, "", TIMES
        )


@given(
    credentials=st.builds(Credentials, _keys, _macs),
    field=st.integers(1, 99),
    value=_values,
    age_s=st.integers(0, YEAR_S),
    sequence=st.none() | _sequences,
)
def test_what_a_board_writes_into_a_path_is_what_is_read(
    credentials: Credentials, field: int, value: float, age_s: int, sequence: Sequence | None
) -> None:
    seq = f"/seq={sequence.boot}-{sequence.number}" if sequence else ""
    path = (
        f"/update/API_key={credentials.key}/mac={credentials.mac}"
        f"/field={field}/data={value!r}/age={age_s}{seq}"
    )
    expected = Measurement(field, value, NOW - age_s * 1_000, sequence=sequence)
    assert path_dialect.parse(path, "", NOW, YEAR_S) == Submission(credentials, (expected,))


@given(
    credentials=st.builds(Credentials, _keys, _macs),
    field=st.integers(1, 99),
    value=_values,
    age_s=st.integers(0, YEAR_S),
    sequence=_sequences,
)
def test_what_a_program_writes_into_json_is_what_is_read(
    credentials: Credentials, field: int, value: float, age_s: int, sequence: Sequence
) -> None:
    seq = f"{sequence.boot}-{sequence.number}"
    reading = {"field": field, "value": value, "age": age_s, "seq": seq}
    body = json.dumps({"mac": credentials.mac, "readings": [reading]}).encode()
    expected = Measurement(field, value, NOW - age_s * 1_000, sequence=sequence)
    assert json_batch.parse(body, credentials.key, TIMES) == Submission(credentials, (expected,))


_PLAIN = {"field": 1, "value": 21.5, "measured_at": "2026-11-23T15:00:00Z"}
_ODD_PARTS: dict[str, list[object]] = {
    "field": [99, 0, 100, 1.0, True, "1", None],
    "value": [21, -0.0, 1e12, 1.1e12, -1.1e12, 10**400, True, "21", None, [1]],
    "measured_at": [
        "2026-11-23T16:59:00.5+01:00",
        "2026-11-23t15:59:59Z",
        "2026-11-23T16:01:00Z",
        "2026-11-23T16:01:01Z",
        "2025-11-22T16:00:00Z",
        "2025-11-22T15:59:59Z",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:60Z",
        NOW,
        None,
    ],
    "seq": ["a-1", "a", None],
    "age": [0],
    "more": [1],
}
_ODD_READINGS: list[object] = [
    [1],
    None,
    *(_PLAIN | {name: value} for name, values in _ODD_PARTS.items() for value in values),
    *({n: v for n, v in _PLAIN.items() if n != name} for name in _PLAIN),
]


@pytest.mark.parametrize("odd", _ODD_READINGS, ids=lambda odd: repr(odd)[:80])
def test_readings_are_read_together_as_each_by_itself(odd: object) -> None:
    """Such as are all alike are read by column; one with an age is not like the others."""
    readings = [_PLAIN, odd, _PLAIN | {"field": 2}]
    together, apart = _parse(readings), _parse([*readings, {"field": 2, "value": 1, "age": 0}])
    assert together.refusal == apart.refusal
    # By what is printed: 1 is no 1.0, and 0.0 no -0.0.
    assert repr(together.measurements) == repr(apart.measurements[:-1])


def _parse(readings: list[object]) -> Submission:
    body = json.dumps({"mac": "5c:cf:7f:0a:1b:2c", "readings": readings}).encode()
    return json_batch.parse(body, "KEY", TIMES)
