"""POST /api/v1/readings/ with what is no batch of readings."""

from __future__ import annotations

import json
from typing import Any

from tests.factories import TUTORIAL_KEY, TUTORIAL_MAC
from tests.reliability.bad import MALFORMED, Bad, Reply, bad, get

URL = "/api/v1/readings/"
_JSON = "Content-Type: application/json"
_KEY = f"Authorization: Bearer {TUTORIAL_KEY}"
_CHUNKED = "Transfer-Encoding: chunked"
_READING = {"field": 1, "value": 21.5}


def _detail(status: int, why: str) -> Reply:
    return status, json.dumps({"detail": why})


_NOT_JSON = _detail(400, "the body is not JSON in UTF-8")
_TWICE = _detail(400, "a name comes twice in one object")
_KINDS = _detail(415, "send application/json, not compressed")
_TOO_LARGE = _detail(413, "at most 256 kB at a time")
_DENIED = _detail(403, "wrong key or MAC")
_A_LIST = _detail(400, "readings is missing, a list of 1 to 1000")


def document(*readings: Any, **more: Any) -> bytes:
    return json.dumps({"mac": TUTORIAL_MAC, "readings": list(readings)} | more).encode()


GOOD = document(_READING)


def post(body: bytes, *headers: str, method: str = "POST", url: str = URL) -> bytes:
    """Return a whole request; `headers` take the place of the key's and the type's."""
    named = headers or (_JSON, _KEY)
    return get(url, *named, f"Content-Length: {len(body)}", method=method) + body


def _body(kind: str, body: bytes, reply: Reply = _NOT_JSON) -> Bad:
    return bad(f"batch: {kind}", post(body), reply)


def _reading(kind: str, why: str, **parts: Any) -> Bad:
    body = document(_READING, {name: v for name, v in (_READING | parts).items() if v is not ...})
    return bad(f"batch: {kind}", post(body), _detail(400, f"readings[1]: {why}"))


def _raw_value(text: str, reply: Reply) -> Bad:
    return _body(f"value {text[:30]} ({len(text)})", GOOD.replace(b"21.5", text.encode()), reply)


def _with(kind: str, *headers: str, reply: Reply, body: bytes = GOOD) -> Bad:
    return bad(f"batch: {kind}", post(body, *headers), reply)


def _chunks(kind: str, body: bytes, reply: Reply = MALFORMED) -> Bad:
    return bad(f"batch: {kind}", get(URL, _JSON, _KEY, _CHUNKED, method="POST") + body, reply)


BODIES = [
    _body("nothing", b""),
    _body("a blank", b" "),
    _body("half of it", GOOD[:-5]),
    _body("more than it", GOOD + b"{}"),
    _body("two documents", GOOD + b"\n" + GOOD),
    _body("a comma too many", GOOD.replace(b"]", b",]")),
    _body("single quotes", GOOD.replace(b'"', b"'")),
    _body("names without quotes", GOOD.replace(b'"mac"', b"mac")),
    _body("a comment", b"/* mine */" + GOOD),
    _body("a line break in a text", GOOD.replace(TUTORIAL_MAC.encode(), b"6c\n")),
    _body("a NUL behind it", GOOD + b"\x00"),
    _body("UTF-16", GOOD.decode().encode("utf-16")),
    _body("UTF-32", GOOD.decode().encode("utf-32-le")),
    _body("Latin-1", document(_READING, api_key="\xe4").replace(b"\\u00e4", b"\xe4")),
    _body("a surrogate in UTF-8", GOOD.replace(b"6c", b"\xed\xa0\x80")),
    _body("overlong UTF-8", GOOD.replace(b"6c", b"\xc0\xaf")),
    _body("100,000 lists in lists", b"[" * 100_000),
    _body("20,000 objects in objects", b'{"a":' * 20_000),
    _body("deep in its place", GOOD.replace(b"21.5", b"[" * 50_000 + b"]" * 50_000)),
    _body("YAML", b"mac: 6c\nreadings:\n- field: 1\n"),
    _body("a form", b"mac=6c&field=1&value=21.5"),
    _body("MessagePack", b"\x82\xa3mac\xa16\xa8readings\x90"),
    _body("gzip", bytes.fromhex("1f8b0800000000000003") + bytes(20)),
    _body("a mac twice", GOOD.replace(b"{", b'{"mac": "x", ', 1), _TWICE),
    _body("a value twice", GOOD.replace(b'"value"', b'"value": 1, "value"'), _TWICE),
    _body("a list", b"[]", _detail(400, "the body is no JSON object")),
    _body("a text", b'"readings"', _detail(400, "the body is no JSON object")),
    _body("null", b"null", _detail(400, "the body is no JSON object")),
    _body("an empty object", b"{}", _detail(400, "mac is missing, a text")),
    _body(
        "a name nobody knows",
        document(_READING, unit="F"),
        _detail(400, "only mac, api_key and readings belong there"),
    ),
    _body(
        "a mac that is a number", document(_READING, mac=5), _detail(400, "mac is missing, a text")
    ),
    _body(
        "a mac that is a list",
        document(_READING, mac=[TUTORIAL_MAC]),
        _detail(400, "mac is missing, a text"),
    ),
    _body("readings that are one", document(readings=_READING), _A_LIST),
    _body("no readings", document(), _A_LIST),
    _body("1,001 readings", document(*[_READING] * 1_001), _A_LIST),
    _body("20,000 empty readings", document(*[0] * 20_000), _A_LIST),
    _body(
        "a million readings", b'{"mac": "6c", "readings": [' + b"0," * 10**6 + b"0]}", _TOO_LARGE
    ),
    _body("300 kB of blanks", GOOD + b" " * 300_000, _TOO_LARGE),
]

NUMBERS = [
    *(
        _raw_value(text, _NOT_JSON)
        for text in (
            *(
                "NaN",
                "Infinity",
                "-Infinity",
                "nan",
                "+5",
                ".5",
                "5.",
                "1_000",
                "0x10",
                "01",
                "1,5",
            ),
            *("--5", "1e", "\u0661", "\uff15", "21.5C", "9" * 5_000, "undefined", "True", "-"),
        )
    ),
    *(
        _raw_value(text, _detail(400, "readings[0]: value is no number"))
        for text in ('"21.5"', "null", "true", "false", "[21.5]", "{}", '""', '"nan"')
    ),
    *(
        _raw_value(text, _detail(400, "readings[0]: bad data: too large"))
        for text in ("1e400", "-1e400", "1e13", "9" * 400, "1000000000001", "-1e999")
    ),
]

_FIELD = "field is no whole number of 1 to 99"
_AGE = "age is no whole number of seconds"
_TIME = "measured_at is no time such as 2026-11-23T16:00:00Z"
_SEQ = "bad seq: boot-number"
_NO_FIELDS: tuple[Any, ...] = (..., 0, 100, -1, 1.0, 1.5, "1", True, None, [1], 10**30)
_NO_READINGS: tuple[Any, ...] = (None, 1, "x", [], [1, 21.5], True)
_NO_AGES: tuple[Any, ...] = (-1, 1.5, 1.0, "60", True, None, [], {})
_NO_TIMES: tuple[Any, ...] = (
    *(
        "",
        "yesterday",
        "2026-11-23",
        "2026-11-23T16:00:00",
        "2026-13-01T00:00:00Z",
        0,
        None,
    ),
    *(
        "2026-02-30T00:00:00Z",
        "2026-11-23T24:00:00Z",
        "2026-11-23T16:00:61Z",
        1_795_449_600,
    ),
    *("2026-W47-1T16:00Z", "20261123T160000Z", "2026-11-23x16:00:00Z", "16:00:00Z", True),
    *(
        "2026-11-23T16:00:00+25:00",
        "\u0662026-11-23T16:00:00Z",
        " 2026-11-23T16:00:00Z",
        [],
    ),
    *("2026-11-23T16:00:00Z\n", "2026-11-23T16:00:00Z\x00", "2026-11-23\ud80016:00:00Z"),
    *("10000-01-01T00:00:00Z", "-2026-11-23T16:00:00Z"),
)
READINGS = [
    *(_reading(f"field {v!r}", _FIELD, field=v) for v in _NO_FIELDS),
    _reading("no value", "value is no number", value=...),
    *(_reading(f"age {v!r}", _AGE, age=v) for v in _NO_AGES),
    _reading("an age of 367 days", "age is too long", age=367 * 86_400),
    _reading("an age of 10^30 s", "age is too long", age=10**30),
    *(_reading(f"measured_at {v!r}", _TIME, measured_at=v) for v in _NO_TIMES),
    *(
        _reading(f"measured_at {v}", "measured_at is ahead of the server's clock", measured_at=v)
        for v in ("2099-12-31T23:59:59Z", "2101-01-01T00:00Z", "9999-12-31T23:59:59Z")
    ),
    *(
        _reading(f"measured_at {v}", "measured_at is too long ago", measured_at=v)
        for v in (
            "1970-01-01T00:00:00Z",
            "2000-01-01T00:00:00Z",
            "1969-12-31T23:59:59Z",
            "0001-01-01T00:00:00+23:59",
        )
    ),
    _reading(
        "measured_at and age",
        "measured_at or age, not both",
        measured_at="2026-11-23T16:00Z",
        age=1,
    ),
    *(
        _reading(f"seq {v!r}", _SEQ, seq=v)
        for v in ("", "1", "B-1", "b-", "b-x", "b-1-2", "b--1", "\u00e4-1")
    ),
    *(_reading(f"seq {v!r}", "seq is no text: boot-number", seq=v) for v in (1, None, ["b", 1])),
    *(
        _reading(
            f"a part named {name!r}", "only field, value, measured_at or age, and seq", **{name: 1}
        )
        for name in ("unit", "Field", "VALUE", "timestamp", "", "measuredAt", "field ")
    ),
    *(
        _body(
            f"a reading that is {v!r}",
            document(v),
            _detail(400, "readings[0]: only field, value, measured_at or age, and seq"),
        )
        for v in _NO_READINGS
    ),
]

WHO = [
    _with("no key", _JSON, reply=_detail(400, "the key is missing: Authorization: Bearer KEY")),
    _with(
        "another scheme",
        _JSON,
        f"Authorization: Basic {TUTORIAL_KEY}",
        reply=_detail(400, "the key is missing: Authorization: Bearer KEY"),
    ),
    _with(
        "the key alone",
        _JSON,
        f"Authorization: {TUTORIAL_KEY}",
        reply=_detail(400, "the key is missing: Authorization: Bearer KEY"),
    ),
    _with(
        "key in another header",
        _JSON,
        f"X-API-Key: {TUTORIAL_KEY}",
        reply=_detail(400, "the key is missing: Authorization: Bearer KEY"),
    ),
    _with("a wrong key", _JSON, "Authorization: Bearer guessed", reply=_DENIED),
    _with("a key with a letter too many", _JSON, _KEY + "x", reply=_DENIED),
    _with("a key of bytes", _JSON, "Authorization: Bearer \xff\xfe", reply=_DENIED),
    _with("a key of 8,000 letters", _JSON, "Authorization: Bearer " + "k" * 8_000, reply=_DENIED),
    _with(
        "a key that is a surrogate", _JSON, reply=_DENIED, body=document(_READING, api_key="\ud800")
    ),
    _with(
        "a key with a NUL",
        _JSON,
        reply=_DENIED,
        body=document(_READING, api_key=TUTORIAL_KEY + "\x00"),
    ),
    _with(
        "a key that is a number",
        _JSON,
        reply=_detail(400, "the key is missing: Authorization: Bearer KEY"),
        body=document(_READING, api_key=5),
    ),
    _with(
        "two keys",
        _JSON,
        _KEY,
        reply=_detail(400, "two keys that differ"),
        body=document(_READING, api_key="other"),
    ),
    *(
        _with(f"mac {mac!r}", _JSON, _KEY, reply=_DENIED, body=document(_READING, mac=mac))
        for mac in (
            "",
            "6c",
            "\ud800",
            "\x00",
            TUTORIAL_MAC + "\x00",
            "*",
            "5c:cf:7f:0a:1b:2c",
            "m" * 9_000,
        )
    ),
]

HTTP = [
    *(
        _with(
            f"type {kind!r}",
            *([f"Content-Type: {kind}"] if kind else ["X-None: 1"]),
            _KEY,
            reply=_KINDS,
        )
        for kind in (
            "",
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "application/jsonp",
            "application/json, text/plain",
            "text/json",
            "application/*",
        )
    ),
    *(
        _with(f"compressed by {coding}", _JSON, _KEY, f"Content-Encoding: {coding}", reply=_KINDS)
        for coding in ("gzip", "deflate", "br", "zstd", "identity, gzip", "nonsense")
    ),
    *(
        bad(f"batch: method {method}", post(GOOD, method=method), _detail(405, "POST only"))
        for method in ("GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY")
    ),
    bad(
        "batch: two lengths",
        get(URL, _JSON, _KEY, "Content-Length: 5", f"Content-Length: {len(GOOD)}", method="POST")
        + GOOD,
    ),
    bad(
        "batch: two types",
        get(URL, _JSON, _JSON, _KEY, f"Content-Length: {len(GOOD)}", method="POST") + GOOD,
    ),
    bad("batch: no length", get(URL, _JSON, _KEY, method="POST") + GOOD, _NOT_JSON),
    bad(
        "batch: a length too short",
        get(URL, _JSON, _KEY, "Content-Length: 20", method="POST") + GOOD,
        _NOT_JSON,
    ),
    bad(
        "batch: a length too long",
        get(URL, _JSON, _KEY, "Content-Length: 9999", method="POST") + GOOD,
        is_cut=True,
    ),
    bad(
        "batch: a length of 10^40",
        get(URL, _JSON, _KEY, "Content-Length: 1" + "0" * 40, method="POST") + GOOD,
        _TOO_LARGE,
    ),
    bad(
        "batch: half a chunk",
        get(URL, _JSON, _KEY, _CHUNKED, method="POST") + b"500\r\n" + GOOD,
        is_cut=True,
    ),
    _chunks("a chunk size that is none", b"xx\r\n" + GOOD + b"\r\n0\r\n\r\n"),
    _chunks("a chunk without its end", b"%x\r\n" % len(GOOD) + GOOD + b"0\r\n\r\n"),
    _chunks(
        "chunks beyond 256 kB",
        (b"8000\r\n" + b" " * 0x8000 + b"\r\n") * 9 + b"0\r\n\r\n",
        _TOO_LARGE,
    ),
    bad("batch: a deeper address", post(GOOD, url=URL + "1/"), (404, None)),
    bad("batch: an encoded slash too many", post(GOOD, url=URL + "%2F"), (404, None)),
]

ALL: list[Bad] = [*BODIES, *NUMBERS, *READINGS, *WHO, *HTTP]
