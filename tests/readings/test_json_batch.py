"""The JSON batch's document: what is taken, and what is said of the rest."""

from __future__ import annotations

import json
from typing import Any

import pytest

from readings.dialects import json_batch
from readings.dialects.json_batch import Malformed, Times
from readings.measurements import Measurement, Sequence, Submission
from readings.outcomes import Refused, Stored
from readings.times import SECOND_MS
from stations.wire import Credentials

NOW = 1_795_451_036_123
TIMES = Times(NOW, longest_age_s=86_400)
GOOD = {"field": 1, "value": 21.5}


def parse(document: object, bearer: str = "KEY") -> Submission:
    return json_batch.parse(json.dumps(document).encode(), bearer, TIMES)


def batch(*readings: object, **more: object) -> dict[str, Any]:
    return {"mac": "5c:cf:7f:0a:1b:2c", "readings": list(readings), **more}


def measured(**parts: object) -> Measurement:
    submission = parse(batch(GOOD | parts))
    assert not submission.refusal
    return submission.measurements[0]


def refusal(**parts: object) -> str:
    submission = parse(batch(GOOD | parts))
    assert not submission.measurements
    return submission.refusal


def test_a_reading_without_a_time_is_of_now() -> None:
    assert measured() == Measurement(1, 21.5, NOW)


def test_an_age_counts_back_from_now() -> None:
    assert measured(age=60) == Measurement(1, 21.5, NOW - 60 * SECOND_MS)


@pytest.mark.parametrize(
    "text",
    ["2026-11-23T16:00:00Z", "2026-11-23T17:00:00+01:00", "2026-11-23T16:00:00.000Z"],
)
def test_a_time_says_how_far_it_is_from_utc(text: str) -> None:
    assert measured(measured_at=text).measured_at == 1_795_449_600_000


def test_a_stated_time_is_exact() -> None:
    assert measured(measured_at="2026-11-23T16:00:00Z").is_exact


def test_milliseconds_are_kept() -> None:
    assert measured(measured_at="2026-11-23T16:00:00.250Z").measured_at % 1_000 == 250


def test_a_sequence_is_read() -> None:
    assert measured(seq="b00t-7").sequence == Sequence("b00t", 7)


def test_a_whole_number_is_a_value() -> None:
    assert isinstance(measured(value=48).value, float)


@pytest.mark.parametrize("value", ["21.5", None, True, [], {}, 1e13, -1e13, 10**30])
def test_what_is_no_number_is_no_value(value: object) -> None:
    assert refusal(value=value).startswith("readings[0]: ")


@pytest.mark.parametrize("field", [0, 100, -1, 1.0, "1", True, None])
def test_a_field_is_a_whole_number_from_1_to_99(field: object) -> None:
    assert refusal(field=field) == "readings[0]: field is no whole number of 1 to 99"


@pytest.mark.parametrize("age", [-1, 1.5, "60", True, None])
def test_an_age_is_a_whole_number_of_seconds(age: object) -> None:
    assert refusal(age=age) == "readings[0]: age is no whole number of seconds"


def test_an_age_has_an_end() -> None:
    assert refusal(age=86_401) == "readings[0]: age is too long"


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T16:00:00",
        "2026-11-23",
        "yesterday",
        "",
        1_795_449_600,
        None,
        "9999-12-31T23:59Z",
        "2026-11-23x16:00:00Z",
        "2026-11-23T24:00:00Z",
        "2026-W47-1T16:00:00Z",
        "20261123T160000Z",
    ],
)
def test_a_time_without_its_offset_is_no_time(text: object) -> None:
    assert refusal(measured_at=text).startswith("readings[0]: measured_at is ")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("2026-11-23T16:26:00Z", "ahead of the server's clock"),
        ("2026-11-22T16:00Z", "too long ago"),
    ],
)
def test_a_time_is_of_the_last_day(text: str, fault: str) -> None:
    assert refusal(measured_at=text) == f"readings[0]: measured_at is {fault}"


def test_clocks_may_differ_by_a_minute() -> None:
    assert measured(measured_at="2026-11-23T16:24:50Z").measured_at > NOW


def test_a_time_and_an_age_contradict_each_other() -> None:
    fault = refusal(measured_at="2026-11-23T16:00:00Z", age=5)
    assert fault == "readings[0]: measured_at or age, not both"


def test_a_misspelt_name_is_refused() -> None:
    assert "measured_at or age" in refusal(measuredat="2026-11-23T16:00:00Z")


def test_a_bad_reading_is_named_by_its_place() -> None:
    assert parse(batch(GOOD, GOOD, {"field": 1})).refusal == "readings[2]: value is no number"


def test_one_bad_reading_keeps_all_out() -> None:
    assert parse(batch(GOOD, {"field": 1})).measurements == ()


def test_the_key_comes_in_the_header() -> None:
    assert parse(batch(GOOD)).credentials == Credentials("KEY", "5c:cf:7f:0a:1b:2c")


def test_the_key_may_come_in_the_body() -> None:
    submission = parse(batch(GOOD, api_key="KEY"), bearer="")
    assert submission.credentials.key == "KEY"


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        ([], "the body is no JSON object"),
        ({"mac": "m", "readings": [GOOD], "more": 1}, "only mac, api_key and readings"),
        ({"readings": [GOOD]}, "mac is missing"),
        ({"mac": 5, "readings": [GOOD]}, "mac is missing"),
        ({"mac": "m"}, "readings is missing"),
        ({"mac": "m", "readings": {}}, "readings is missing"),
        ({"mac": "m", "readings": []}, "readings is missing"),
        ({"mac": "m", "readings": [GOOD] * 1_001}, "a list of 1 to 1000"),
        ({"mac": "m", "readings": [GOOD], "api_key": "OTHER"}, "two keys that differ"),
        ({"mac": "m", "readings": [GOOD], "api_key": 5}, "the key is missing"),
    ],
)
def test_another_document_is_refused(document: object, fault: str) -> None:
    with pytest.raises(Malformed, match=fault):
        parse(document)


def test_no_key_at_all_is_refused() -> None:
    with pytest.raises(Malformed, match="the key is missing"):
        parse(batch(GOOD), bearer="")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        b'{"mac": "m", "readings": [{"field": 1, "value": NaN}]}',
        b'{"mac": "m", "readings": [{"field": 1, "value": Infinity}]}',
        b'{"mac": "m", "readings": ' + b"[" * 100_000,
        b'{"mac": "m", "readings": [{"field": 1, "value": 1' + b"0" * 5_000 + b"}]}",
    ],
    ids=["nothing", "cut", "latin-1", "NaN", "Infinity", "deep", "endless number"],
)
def test_what_is_not_json_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed, match="not JSON"):
        json_batch.parse(body, "KEY", TIMES)


@pytest.mark.parametrize("doubled", [b'"mac": "x", "mac"', b'"field": 2, "field"'])
def test_a_name_that_comes_twice_is_refused(doubled: bytes) -> None:
    body = json.dumps(batch(GOOD)).encode().replace(doubled.rpartition(b" ")[2], doubled, 1)
    with pytest.raises(Malformed, match="a name comes twice"):
        json_batch.parse(body, "KEY", TIMES)


def test_json_is_utf_8_with_or_without_its_mark() -> None:
    text = json.dumps(batch(GOOD))
    assert json_batch.parse(text.encode("utf-8-sig"), "KEY", TIMES).measurements
    with pytest.raises(Malformed, match="not JSON"):
        json_batch.parse(text.encode("utf-16"), "KEY", TIMES)


def test_the_reply_counts_what_is_acknowledged() -> None:
    stored = Stored(1, "Attic", (Measurement(1, 1.0, NOW),) * 3)
    assert json_batch.reply(stored) == (200, '{"acknowledged": 3}')


def test_a_refusal_says_why() -> None:
    reply = json_batch.reply(Refused(403, "wrong key or MAC", "wrong key"))
    assert reply == (403, '{"detail": "wrong key or MAC"}')
