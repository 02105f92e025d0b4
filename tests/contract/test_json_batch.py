"""POST /api/v1/readings/: many readings at once. Runs on the front and on the view."""

from __future__ import annotations

import json

import pytest

from readings.dialects.json_batch import LARGEST_BODY
from readings.models import HourSummary, Reading
from readings.times import HOUR_MS, from_ms, now_ms
from tests.contract.drivers import Answer, Ask
from tests.factories import TUTORIAL_KEY, TUTORIAL_MAC

pytestmark = pytest.mark.usefixtures("tutorial_station")

URL = "/api/v1/readings/"
HEADERS = {"Content-Type": "application/json", "Authorization": f"Bearer {TUTORIAL_KEY}"}


def document(*readings: object, mac: str = TUTORIAL_MAC) -> bytes:
    return json.dumps({"mac": mac, "readings": list(readings)}).encode()


GOOD = document({"field": 1, "value": 21.5}, {"field": 2, "value": 48, "age": 60})


def post(
    ask: Ask, body: bytes = GOOD, *, url: str = URL, method: str = "POST", **headers: str
) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return ask(url, method, HEADERS | named, body)


def _refuses(answer: Answer, status: int, detail: str) -> bool:
    assert (answer.status, json.loads(answer.body)) == (status, {"detail": detail})
    return not Reading.objects.exists()


def test_a_batch_is_stored_whole(ask: Ask) -> None:
    assert json.loads(post(ask).body) == {"acknowledged": 2}
    assert sorted(Reading.objects.values_list("value", flat=True)) == [21.5, 48]


def test_the_reply_is_complete(ask: Ask) -> None:
    assert post(ask) == Answer(
        200,
        b'{"acknowledged": 2}',
        (
            ("content-type", "application/json; charset=utf-8"),
            ("content-length", "19"),
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "default-src 'none'; style-src 'self'"),
        ),
    )


def test_the_slash_at_the_end_is_optional(ask: Ask) -> None:
    assert post(ask, url=URL.rstrip("/")).status == 200


def test_a_batch_sent_again_is_acknowledged_again_and_stored_once(ask: Ask) -> None:
    measured_at = from_ms(now_ms() - HOUR_MS).isoformat()
    reading = {"field": 1, "value": 21.5, "measured_at": measured_at}
    for _ in range(2):
        assert json.loads(post(ask, document(reading)).body) == {"acknowledged": 1}
    assert Reading.objects.count() == 1


def test_a_thousand_readings_reach_the_summaries(ask: Ask) -> None:
    readings = [{"field": 1, "value": place % 7, "age": 60 * place} for place in range(1_000)]
    assert json.loads(post(ask, document(*readings)).body) == {"acknowledged": 1_000}
    assert sum(HourSummary.objects.values_list("count", flat=True)) == 1_000


def test_one_bad_reading_keeps_the_batch_out(ask: Ask) -> None:
    answer = post(ask, document({"field": 1, "value": 21.5}, {"field": 1, "value": "x"}))
    assert _refuses(answer, 400, "readings[1]: value is no number")


def test_a_wrong_key_is_refused(ask: Ask) -> None:
    answer = post(ask, Authorization="Bearer WRONG")
    assert _refuses(answer, 403, "wrong key or MAC")


def test_a_stranger_is_not_told_which_reading_is_bad(ask: Ask) -> None:
    answer = post(ask, document({"field": 1}, mac="5c:cf:7f:00:00:01"))
    assert _refuses(answer, 403, "wrong key or MAC")


def test_another_scheme_than_bearer_carries_no_key(ask: Ask) -> None:
    answer = post(ask, Authorization=f"Basic {TUTORIAL_KEY}")
    assert _refuses(answer, 400, "the key is missing: Authorization: Bearer KEY")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_form_of_a_foreign_page_is_refused(ask: Ask, kind: str) -> None:
    answer = post(ask, Content_Type=kind)
    assert _refuses(answer, 415, "send application/json, not compressed")


def test_the_charset_may_be_named(ask: Ask) -> None:
    assert post(ask, Content_Type="application/json; charset=utf-8").status == 200


def test_a_compressed_body_is_refused(ask: Ask) -> None:
    answer = post(ask, Content_Encoding="gzip")
    assert _refuses(answer, 415, "send application/json, not compressed")


def test_a_body_without_an_end_is_refused(ask: Ask) -> None:
    answer = post(ask, b" " * (LARGEST_BODY + 1))
    assert _refuses(answer, 413, "at most 256 kB at a time")


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_only_post_writes(ask: Ask, method: str) -> None:
    answer = post(ask, method=method)
    assert answer.header("allow") == "POST"
    assert _refuses(answer, 405, "POST only")


def test_a_head_is_answered_without_a_body(ask: Ask) -> None:
    answer = post(ask, method="HEAD")
    assert (answer.status, answer.body) == (405, b"")


def test_too_many_fields_keep_the_batch_out(ask: Ask) -> None:
    answer = post(ask, document(*({"field": field, "value": 1} for field in range(1, 50))))
    assert _refuses(answer, 400, "too many fields")
