"""Bodies, lengths, chunks and pipelines: where one request ends and the next begins."""

from __future__ import annotations

from tests.reliability.bad import GOOD, MALFORMED, OK, Bad, Reply, bad, get, kept_alive

_NO_BODY: Reply = (400, "no body in a GET")
_CHUNKED = "Transfer-Encoding: chunked"


def _framed(kind: str, *headers: str, body: bytes = b"", reply: Reply = MALFORMED) -> Bad:
    return bad(kind, get(GOOD, *headers) + body, reply)


def _chunks(kind: str, body: bytes, reply: Reply = MALFORMED) -> Bad:
    return bad(kind, get(GOOD, _CHUNKED) + body, reply)


LENGTHS = [
    *(
        _framed(f"Content-Length: {length!r}", f"Content-Length: {length}", body=b"12345")
        for length in ("-1", "+5", "5.0", "1_0", "0x5", "five", "", "5, 5", "5 5", "\xb2", "5;")
    ),
    _framed("two lengths", "Content-Length: 5", "Content-Length: 6", body=b"12345"),
    _framed("one length twice", "Content-Length: 5", "Content-Length: 5", body=b"12345"),
    _framed("a length in HTTP/1.1 and chunks", "Content-Length: 5", _CHUNKED, body=b"0\r\n\r\n"),
    _framed("chunks and a length", _CHUNKED, "Content-Length: 5", body=b"0\r\n\r\n"),
    _framed("chunked twice", "Transfer-Encoding: chunked, chunked", body=b"0\r\n\r\n"),
    _framed("chunked in two headers", _CHUNKED, _CHUNKED, body=b"0\r\n\r\n"),
    _framed("chunked, then identity", "Transfer-Encoding: chunked, identity", body=b"0\r\n\r\n"),
    _framed("chunked, then gzip", "Transfer-Encoding: chunked, gzip", body=b"0\r\n\r\n"),
    _framed("gzip alone", "Transfer-Encoding: gzip", body=b"12345"),
    _framed("identity alone", "Transfer-Encoding: identity"),
    _framed("an unknown coding", "Transfer-Encoding: xchunked", reply=(501, None)),
    _framed("an empty coding", "Transfer-Encoding:", reply=(501, None)),
    _framed("a coding with a tab inside", "Transfer-Encoding: chun\tked", reply=(501, None)),
    _framed("a coding with a vertical tab", "Transfer-Encoding: \x0bchunked"),
    bad("chunks in HTTP/1.0", get(GOOD, _CHUNKED, version="HTTP/1.0") + b"0\r\n\r\n"),
]

BODIES = [
    _framed("a body", "Content-Length: 5", body=b"12345", reply=_NO_BODY),
    _framed("half a body", "Content-Length: 9", body=b"12345", reply=_NO_BODY),
    _framed("a body that never comes", "Content-Length: 9", reply=_NO_BODY),
    _framed("a body of 10^18 bytes", "Content-Length: 1" + "0" * 18, body=b"12345", reply=_NO_BODY),
    _framed("a body of 10^40 bytes", "Content-Length: 1" + "0" * 40, body=b"12345", reply=_NO_BODY),
    _framed(
        "a body announced",
        "Content-Length: 5",
        "Expect: 100-continue",
        body=b"12345",
        reply=_NO_BODY,
    ),
    _framed(
        "a body that is a request",
        f"Content-Length: {len(get(GOOD))}",
        body=get(GOOD),
        reply=_NO_BODY,
    ),
    bad(
        "a POST whose body is a request",
        get(GOOD, f"Content-Length: {len(get(GOOD))}", method="POST") + get(GOOD),
        (405, "GET only"),
    ),
    bad(
        "a POST of a form",
        get("/update", "Content-Length: 24", method="POST") + b"API_key=TGS894F&field1=2",
        (405, "GET only"),
    ),
    bad(
        "a POST of chunks",
        get(GOOD, _CHUNKED, method="POST") + b"5\r\n12345\r\n0\r\n\r\n",
        (405, "GET only"),
    ),
    bad(
        "an unknown coding of content",
        get(GOOD, "Content-Encoding: br", "Content-Length: 5") + b"12345",
        _NO_BODY,
    ),
]

CHUNKS = [
    _chunks("one chunk", b"5\r\n12345\r\n0\r\n\r\n", _NO_BODY),
    _chunks("no chunk", b"0\r\n\r\n", _NO_BODY),
    _chunks("half a chunk", b"5\r\n12", _NO_BODY),
    *(
        _chunks(f"chunk size {size!r}", size + b"\r\n12345\r\n0\r\n\r\n")
        for size in (b"-5", b"+5", b"0x5", b"g", b"", b" 5", b"5 ", b"1_0", b"F" * 20, b"5\r")
    ),
    _chunks("a chunk longer than it says", b"5\r\n1234567\r\n0\r\n\r\n"),
    _chunks("a chunk without its end", b"5\r\n123450\r\n\r\n"),
    _chunks("chunks that end in LF", b"5\n12345\n0\n\n"),
    _chunks("a chunk extension with a bare CR", b"5;a\rb\r\n12345\r\n0\r\n\r\n"),
    _chunks("a length in the trailer", b"0\r\nContent-Length: 5\r\n\r\n"),
    _chunks("a host in the trailer", b"0\r\nHost: example.org\r\n\r\n"),
    _chunks("a request for a trailer", b"0\r\n" + get(GOOD)),
    _chunks("a request after the chunks", b"0\r\n\r\n" + get(GOOD), _NO_BODY),
]

_BAD = kept_alive(GOOD.replace("21.5", "nan"))
_BAD_REPLY: Reply = (400, "bad data: number")
PIPELINES = [
    bad("good, then bad", kept_alive() + get(GOOD + "x"), OK, _BAD_REPLY, stored=1),
    bad("bad, then good", _BAD + get(GOOD), _BAD_REPLY, OK, stored=1),
    bad("bad between good", kept_alive() + _BAD + get(GOOD), OK, _BAD_REPLY, OK, stored=2),
    bad("good, then noise", kept_alive() + b"\x16\x03\x01\r\n\r\n", OK, MALFORMED, stored=1),
    bad("noise, then good", b"noise\r\n\r\n" + get(GOOD)),
    bad("good, then one more after the close", get(GOOD) + get(GOOD), OK, stored=1),
    bad(
        "a body between",
        kept_alive(GOOD, "Content-Length: 3") + b"abc" + get(GOOD),
        _NO_BODY,
        OK,
        stored=1,
    ),
    bad(
        "chunks between",
        kept_alive(GOOD, _CHUNKED) + b"0\r\n\r\n" + get(GOOD),
        _NO_BODY,
        OK,
        stored=1,
    ),
    bad("fifty bad ones", _BAD * 49 + get(GOOD + "x"), *[_BAD_REPLY] * 50),
]

ALL: list[Bad] = [*LENGTHS, *BODIES, *CHUNKS, *PIPELINES]
