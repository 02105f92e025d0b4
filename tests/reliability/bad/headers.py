"""Header lines: their form, their number, and what they ask for."""

from __future__ import annotations

from tests.reliability.bad import GOOD, Bad, Reply, bad, get

_TOO_MUCH: Reply = (431, None)


def _header(kind: str, *headers: str, reply: Reply = (400, None)) -> Bad:
    return bad(kind, get(GOOD, *headers), reply)


def _lines(kind: str, *lines: str, reply: Reply = (400, None)) -> Bad:
    """A request with these header lines and no others."""
    raw = "\r\n".join([f"GET {GOOD} HTTP/1.1", *lines, "Connection: close", "", ""])
    return bad(kind, raw.encode("latin-1"), reply)


FORM = [
    _header("a line without a colon", "no colon here"),
    _header("a line that begins with a colon", ": nameless"),
    _header("a folded line", "X-Long: one", " two"),
    _header("a line of blanks", "   "),
    _header("a blank in a name", "X Name: 1"),
    _header("a blank before the colon", "X-Name : 1"),
    _header("a tab before the colon", "X-Name\t: 1"),
    _header("a name in brackets", "X-(Name): 1"),
    _header("a name that is not ASCII", "X-N\xe4me: 1"),
    _header("a NUL in a name", "X-\x00: 1"),
    _header("a NUL in a value", "X-Name: a\x00b"),
    _header("a bare CR in a value", "X-Name: a\rb"),
    _header("a bare LF in a value", "X-Name: a\nX-Other: b"),
    _header("an escape sequence in a value", "X-Name: \x1b[31mred"),
    _header("DEL in a value", "X-Name: \x7f"),
    _header("200 headers", *(f"X-{number}: 1" for number in range(200)), reply=_TOO_MUCH),
    _header("a header of 9,000 bytes", "X-Name: " + "a" * 9_000, reply=_TOO_MUCH),
    _header("a name of 9,000 bytes", "X" * 9_000 + ": 1", reply=_TOO_MUCH),
    bad("headers without an end", get(GOOD)[:-2] + b"X: " + b"a" * 10_000, _TOO_MUCH),
    bad("half a header", get(GOOD)[:-2] + b"X-Na", is_cut=True),
]

HOSTS = [
    _lines("two hosts", "Host: 127.0.0.1", "Host: example.org"),
    _lines("the same host twice", "Host: 127.0.0.1", "Host: 127.0.0.1"),
    _lines("a host with a NUL", "Host: 127.0.0.1\x00"),
]

_NO_KEY: Reply = (400, "missing API_key=")
ELSEWHERE = [
    bad("key in a header", get("/update/field=1/data=21.5", "X-API-Key: TGS894F"), _NO_KEY),
    bad("key as a bearer token", get("/update/", "Authorization: Bearer TGS894F"), _NO_KEY),
    bad("reading in a cookie", get("/update", "Cookie: field=1; data=21.5"), _NO_KEY),
]

_AHEAD: Reply = (503, "prefetch not stored")
INTENTIONS = [
    _header("prefetch", "Sec-Purpose: prefetch", reply=_AHEAD),
    _header("prefetch that renders", "Sec-Purpose: prefetch;prerender", reply=_AHEAD),
    _header("prefetch through a proxy", "Sec-Purpose: prefetch;anonymous-client-ip", reply=_AHEAD),
    _header("prefetch of old", "Purpose: prefetch", reply=_AHEAD),
    _header("prefetch in capitals", "PURPOSE: PREFETCH", reply=_AHEAD),
    _header("prefetch of old Firefox", "X-Moz: prefetch", reply=_AHEAD),
    _header("preview of Safari", "X-Purpose: preview", reply=_AHEAD),
    _header("preview of Chrome", "Purpose: preview", reply=_AHEAD),
]


_HANDSHAKE = ("Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: " + "A" * 22 + "==")


def _websocket(kind: str, target: str, *headers: str, reply: Reply) -> Bad:
    lines = [
        f"GET {target} HTTP/1.1",
        "Host: 127.0.0.1",
        "Connection: Upgrade",
        "Upgrade: websocket",
    ]
    return bad(kind, ("\r\n".join([*lines, *headers]) + "\r\n\r\n").encode(), reply)


WEBSOCKETS = [
    _websocket("a websocket without a version", GOOD, reply=(426, None)),
    _websocket("a websocket without a key", GOOD, "Sec-WebSocket-Version: 13", reply=(400, None)),
    _websocket("a websocket", GOOD, *_HANDSHAKE, reply=(403, None)),
    _websocket("a websocket to a page", "/", *_HANDSHAKE, reply=(403, None)),
]

ALL = [*FORM, *HOSTS, *ELSEWHERE, *INTENTIONS, *WEBSOCKETS]
