"""Request lines that are none, targets of other forms, and other protocols on our port."""

from __future__ import annotations

from tests.reliability.bad import GOOD, Bad, Reply, bad, get

NOT_FOUND: Reply = (404, None)
_HOST = b"Host: 127.0.0.1\r\nConnection: close\r\n\r\n"


def _line(kind: str, line: bytes, *replies: Reply) -> Bad:
    return bad(kind, line + b"\r\n" + _HOST, *replies)


_GOOD = GOOD.encode()

BROKEN_LINES = [
    bad("nothing but empty lines", b"\r\n\r\n\r\n"),
    bad("two empty lines before the request", b"\r\n\r\n" + get(GOOD)),
    bad("lines that end in LF", get(GOOD).replace(b"\r\n", b"\n")),
    bad("lines that end in CR", get(GOOD).replace(b"\r\n", b"\r"), is_cut=True),
    _line("no method", _GOOD + b" HTTP/1.1"),
    _line("no target", b"GET HTTP/1.1"),
    _line("an empty target", b"GET  HTTP/1.1"),
    _line("a method in lower case", b"get " + _GOOD + b" HTTP/1.1"),
    _line("a method of two letters", b"GE " + _GOOD + b" HTTP/1.1"),
    _line("a method of 30 letters", b"G" * 30 + b" " + _GOOD + b" HTTP/1.1"),
    _line("a method with a slash", b"GET/1 " + _GOOD + b" HTTP/1.1"),
    _line("a method that is not ASCII", b"G\xcbT " + _GOOD + b" HTTP/1.1"),
    _line("a method with a NUL", b"GET\x00 " + _GOOD + b" HTTP/1.1"),
    _line("a byte order mark", b"\xef\xbb\xbfGET " + _GOOD + b" HTTP/1.1"),
    _line("a blank in front", b" GET " + _GOOD + b" HTTP/1.1"),
    _line("a blank behind", b"GET " + _GOOD + b" HTTP/1.1 "),
    _line("two blanks before the target", b"GET  " + _GOOD + b" HTTP/1.1"),
    _line("two blanks after the target", b"GET " + _GOOD + b"  HTTP/1.1"),
    _line("tabs between", b"GET\t" + _GOOD + b"\tHTTP/1.1"),
    _line("a bare CR in the line", b"GET " + _GOOD + b"\r HTTP/1.1"),
    _line("a blank in the target", b"GET " + _GOOD + b" C HTTP/1.1"),
    _line("a quoted target", b'"GET ' + _GOOD + b' HTTP/1.1"'),
]

VERSIONS = [
    bad("HTTP/0.9", b"GET " + _GOOD + b"\r\n"),
    *(
        _line(f"version {version.decode()}", b"GET " + _GOOD + b" " + version)
        for version in (
            *(b"HTTP/2.0", b"HTTP/3", b"HTTP/1.2", b"HTTP/0.9", b"HTTP/1", b"HTTP/01.1"),
            *(b"HTTP/1.1.1", b"http/1.1", b"HTTP/1,1", b"HTTP /1.1", b"HTTPS/1.1", b"RTSP/1.0"),
        )
    ),
]

TARGETS = [
    bad("target without its slash", get(GOOD[1:])),
    bad("target of an authority", get("127.0.0.1:80")),
    bad("asterisk", get("*")),
    bad("asterisk with OPTIONS", get("*", method="OPTIONS"), NOT_FOUND),
    bad("CONNECT to another host", get("example.org:443", method="CONNECT"), NOT_FOUND),
    bad("CONNECT to a reading", get(GOOD, method="CONNECT"), (405, "GET only")),
    bad("backslashes", get(GOOD.replace("/", "\\"))),
    bad("a scheme without authority", get("http:" + GOOD)),
    bad("another protocol's scheme", get("ftp://127.0.0.1" + GOOD), NOT_FOUND),
    bad("a fragment", get(GOOD + "#now"), (400, "bad data: number")),
    *(
        bad(f"byte {byte:02x} in the target", get(GOOD + chr(byte)))
        for byte in (0x00, 0x01, 0x08, 0x0B, 0x1B, 0x7F, 0x80, 0xB0, 0xFF)
    ),
    bad("UTF-8 in the target", get(GOOD + "\xc2\xb0C")),
    bad("a target of 9,000 bytes", get(GOOD + "1" * 9_000), (414, None)),
    bad("a target of 60,000 bytes", get("/" + "a" * 60_000), (414, None)),
    bad("a request line without an end", b"GET /" + b"a" * 10_000, (414, None)),
    bad("a query of 9,000 bytes", get(GOOD + "?a=" + "1" * 9_000), (414, None)),
]

OTHER_PROTOCOLS = [
    bad("HTTP/2 by prior knowledge", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9)),
    bad("TLS 1.3", bytes.fromhex("16030100c8010000c40303") + bytes(range(14, 200)), is_cut=True),
    bad("TLS with a line feed", bytes.fromhex("16030100c8010000c40303") + bytes(range(200))),
    bad("SSH", b"SSH-2.0-OpenSSH_9.2\r\n"),
    bad("SMTP", b"EHLO example.org\r\n"),
    bad("FTP", b"USER anonymous\r\n"),
    bad("Redis", b"*1\r\n$4\r\nPING\r\n"),
    bad("memcached", b"get readings\r\n"),
    bad("RTSP", b"OPTIONS rtsp://127.0.0.1/ RTSP/1.0\r\nCSeq: 1\r\n\r\n"),
    bad("SIP", b"OPTIONS sip:nm SIP/2.0\r\nVia: SIP/2.0/TCP nm\r\n\r\n"),
    bad("SOCKS 5", b"\x05\x01\x00", is_cut=True),
    bad("MQTT", b"\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04esp1", is_cut=True),
    bad("PROXY protocol", b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" + get(GOOD)),
    bad("zeros", bytes(4_000), is_cut=True),
    bad("zeros without an end", bytes(10_000), (414, None)),
    bad("JSON without HTTP", b'{"field": 1, "data": 21.5}\n'),
    bad("nothing at all", b"", is_cut=True),
    bad("half a request line", b"GET /update/API_", is_cut=True),
    bad("a request without its last line", get(GOOD)[:-2], is_cut=True),
]

ALL = [*BROKEN_LINES, *VERSIONS, *TARGETS, *OTHER_PROTOCOLS]
