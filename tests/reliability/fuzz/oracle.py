"""Is this request a reading? Written from docs/protocol.md and RFC 9112, sharing no code."""

from __future__ import annotations

import re
from urllib.parse import unquote_plus, unquote_to_bytes

from tests.factories import TUTORIAL_KEY, TUTORIAL_MAC

_REQUEST = re.compile(
    rb"(?:\r\n)?GET (?P<target>[\x21-\x7e]+) HTTP/1\.[01]\r\n"
    rb"(?P<headers>(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*\r\n)*)\r\n"
)
_SCHEME_AND_HOST = re.compile(r"\Ahttps?://[^/]*", re.IGNORECASE)
_READING = re.compile(
    r"/+(?:update/+)?"
    rf"API_key={TUTORIAL_KEY}/mac=(?P<mac>[^/]*)/field=(?P<field>[0-9]+)"
    r"/data=(?P<data>-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?)"
    r"(?:/age=(?P<age>[^/]*))?(?:/seq=(?P<seq>[^/]*))?/*"
)
_AGE = re.compile("[0-9]{1,10}")
_SEQUENCE = re.compile("[0-9a-z]{1,8}-[0-9]{1,9}")
_LONGEST_AGE_S = 366 * 86_400
_LONGEST_LINE, _MOST_HEADERS = 4_094, 100
_ONLY_ONCE = (b"host", b"content-type", b"content-length")
_PURPOSES = (b"purpose", b"sec-purpose", b"x-purpose", b"x-moz")


def is_reading(raw: bytes) -> bool:
    """True for the bytes of one request that must be stored."""
    request = _REQUEST.fullmatch(raw)
    if request is None or len(raw.lstrip(b"\r\n").partition(b"\r\n")[0]) > _LONGEST_LINE:
        return False
    lines = request["headers"].split(b"\r\n")[:-1]
    pairs = [line.partition(b":") for line in lines]
    headers = [(name.lower(), value.strip(b" \t").lower()) for name, _, value in pairs]
    return _is_plain(headers) and _is_target(request["target"].decode("ascii"))


def _is_plain(headers: list[tuple[bytes, bytes]]) -> bool:
    """True when nothing but a plain GET without a body is asked for."""
    names = [name for name, _ in headers]
    held = dict(headers)
    return (
        len(headers) <= _MOST_HEADERS
        and all(names.count(name) <= 1 for name in _ONLY_ONCE)
        and re.fullmatch(b"0+", held.get(b"content-length", b"0")) is not None
        and b"transfer-encoding" not in names
        and not any(b"prefetch" in v or b"preview" in v for n, v in headers if n in _PURPOSES)
        and not (
            held.get(b"upgrade") == b"websocket" and b"upgrade" in held.get(b"connection", b"")
        )
    )


def _is_target(target: str) -> bool:
    path, _, query = target.partition("?")
    path = _SCHEME_AND_HOST.sub("", path)
    if not path.startswith("/"):
        return False
    reading = _READING.fullmatch(unquote_to_bytes(path).decode("latin-1"))
    options = _options(query)
    if reading is None or options is None:
        return False
    options |= {name: reading[name] for name in ("age", "seq") if reading[name] is not None}
    return (
        re.sub(r"[-:. ]", "", reading["mac"]).lower() == TUTORIAL_MAC.replace(":", "")
        and len(reading["field"]) <= 10
        and 1 <= int(reading["field"]) <= 99
        and len(reading["data"]) <= 32
        and abs(float(reading["data"])) <= 1e12
        and _is_age(options.get("age", "0"))
        and _SEQUENCE.fullmatch(options.get("seq", "a-1")) is not None
    )


def _is_age(text: str) -> bool:
    return _AGE.fullmatch(text) is not None and int(text) <= _LONGEST_AGE_S


def _options(query: str) -> dict[str, str] | None:
    """Return age and sequence of a query; None when one is doubled or it is endless."""
    parts = query.split("&")
    found: dict[str, str] = {}
    for part in parts:
        name, _, value = (unquote_plus(one) for one in part.partition("="))
        if name in ("age", "seq"):
            if name in found:
                return None
            found[name] = value
    return found if len(parts) <= 20 else None
