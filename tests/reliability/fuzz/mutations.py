"""Valid requests from a grammar, and what bad luck and bad will make of them."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.factories import TUTORIAL_KEY, TUTORIAL_MAC

_BOOT = "0123456789abcdefghijklmnopqrstuvwxyz"
_MACS = (
    TUTORIAL_MAC,
    TUTORIAL_MAC.upper(),
    TUTORIAL_MAC.replace(":", "-"),
    TUTORIAL_MAC.replace(":", "%3A"),
    TUTORIAL_MAC.replace(":", ""),
    "6cef.7r3b.9de8",
)
_PREFIXES = ("/update/", "/", "//update/", "/update//", "//", "http://iot.local/update/")
_HARMLESS_HEADERS = (
    *("Accept-Language: de", "Priority: u=1", "User-Agent: ESP8266", "Accept: */*"),
    *("Accept-Encoding: gzip", "Content-Length: 0", "X-Latin: \xe9", "Expect: 100-continue"),
    *("Cookie: sessionid=x", "Range: bytes=0-1", "Upgrade: h2c", "Accept: text/html"),
    *("X-Forwarded-For: 203.0.113.7", "If-None-Match: *", "Content-Type: text/plain", "Te: x"),
)
_HARMFUL_HEADERS = (
    *("Content-Length: 5", "Content-Length: -1", "Transfer-Encoding: chunked", "Purpose: prefetch"),
    *("Transfer-Encoding: x", "Sec-Purpose: prefetch;prerender", "X-Moz: prefetch", "no colon"),
    *(" folded", "X Y: z", "X: a\x00b", ": nameless", "Host: a", "X-Purpose: preview", "X\xe9: 1"),
)
_TOKENS = (
    *(
        "nan",
        "inf",
        "-inf",
        "1_000",
        "1e999",
        "1e13",
        "0x10",
        "1,5",
        "",
        "%20",
        "%00",
        "%0A",
        "%FF",
    ),
    *("%D9%A1", "%EF%BC%91", "%C2%B2", "+5", "-", ".", "e", "100", "0", "-1", "1.5", "99", "1e12"),
    *("9" * 33, "/", "//", "=", "&", "?", "#", ";", "%", "%zz", "%2F", "%3D", "%252F", "..", "."),
    *("/age=5", "/seq=a-1", "?age=5", "&age=5", "?seq=a-1", "/data=1", "/field=1", "API_key="),
    *("api_key=", "update/", "\t", " ", "\r", "\n", "\x00", "\x7f", "\x80", "\xff", "%C0%AF", "%u"),
)
_METHODS = ("HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "get", "G", "GET\t", "")
_VERSIONS = ("HTTP/0.9", "HTTP/2.0", "HTTP/1.2", "http/1.1", "HTTP/1.1 ", "", "HTTP/1.1\x00")


def request(random: Random) -> bytes:
    """Return one request: valid, or changed once to four times, on the target or around it."""
    method, target, version = "GET", valid_target(random), random.choice(("HTTP/1.0", "HTTP/1.1"))
    lines = ["Host: 127.0.0.1", "Connection: close"]
    lines += random.sample(_HARMLESS_HEADERS, k=random.choice((0, 0, 0, 1, 3)))
    for _ in range(random.choice((0, 1, 1, 1, 2, 4))):
        target = random.choice(_ON_TARGETS)(random, target)
    around = random.random()
    if around < 0.03:
        method = random.choice(_METHODS)
    elif around < 0.05:
        version = random.choice(_VERSIONS)
    elif around < 0.1:
        lines.insert(random.randrange(3), random.choice(_HARMFUL_HEADERS))
    raw = "\r\n".join([f"{method} {target} {version}", *lines, "", ""]).encode("latin-1")
    return _broken(random, raw) if around > 0.95 else raw


def valid_target(random: Random) -> str:
    """Return a target as boards may send it, with a sequence that no other has."""
    key, mac = f"API_key={TUTORIAL_KEY}", f"mac={random.choice(_MACS)}"
    field = f"field={random.choice((1, 2, 3, 7, 42, 99, '01'))}"
    path = "/".join([random.choice(_PREFIXES) + key, mac, field, f"data={_number(random)}"])
    age = f"age={random.choice((0, 1, 59, 3_600, 86_400 * 366))}"
    seq = f"seq={''.join(random.choices(_BOOT, k=8))}-{random.randrange(10**9)}"
    return path + random.choice(
        (
            "",
            "",
            "/",
            f"/{age}",
            f"/{seq}",
            f"/{age}/{seq}",
            f"?{age}",
            f"?{age}&{seq}",
            f"/{age}?{seq}",
        )
    )


def _number(random: Random) -> str:
    value = random.uniform(-40, 60)
    return random.choice(
        (f"{value:.2f}", f"{value:.0f}", f"{value:e}", f"{value:.9f}", "0", "-0.0")
    )


def _place(random: Random, text: str) -> int:
    return random.randrange(len(text) + 1)


def _replace(random: Random, text: str) -> str:
    at = _place(random, text)
    return text[:at] + chr(random.randrange(256)) + text[at + 1 :]


def _flip(random: Random, text: str) -> str:
    at = random.randrange(len(text) or 1)
    return (
        text[:at]
        + "".join(chr(ord(c) ^ 1 << random.randrange(8)) for c in text[at : at + 1])
        + text[at + 1 :]
    )


def _delete(random: Random, text: str) -> str:
    at = _place(random, text)
    return text[:at] + text[at + random.choice((1, 1, 2, 5, 20)) :]


def _insert_token(random: Random, text: str) -> str:
    at = _place(random, text)
    return text[:at] + random.choice(_TOKENS) + text[at:]


def _double(random: Random, text: str) -> str:
    at = _place(random, text)
    return text[:at] + text[max(0, at - random.randrange(1, 20)) :]


def _splice(random: Random, text: str) -> str:
    other = valid_target(random)
    return text[: _place(random, text)] + other[_place(random, other) :]


def _encode(random: Random, text: str) -> str:
    at = random.randrange(len(text) or 1)
    return text[:at] + "".join(f"%{ord(c):02X}" for c in text[at : at + 1]) + text[at + 1 :]


def _swap_case(random: Random, text: str) -> str:
    at = _place(random, text)
    return text[:at] + "".join(chr(ord(c) ^ 0x20) for c in text[at : at + 1]) + text[at + 1 :]


def _on_parts(change: Callable[[Random, list[str]], None]) -> Callable[[Random, str], str]:
    def mutate(random: Random, text: str) -> str:
        parts = text.split("/")
        change(random, parts)
        return "/".join(parts)

    return mutate


def _drop_part(random: Random, parts: list[str]) -> None:
    del parts[random.randrange(len(parts))]


def _double_part(random: Random, parts: list[str]) -> None:
    parts.insert(random.randrange(len(parts)), random.choice(parts))


def _shuffle_parts(random: Random, parts: list[str]) -> None:
    first, second = random.randrange(len(parts)), random.randrange(len(parts))
    parts[first], parts[second] = parts[second], parts[first]


def _other_value(random: Random, parts: list[str]) -> None:
    at = random.randrange(len(parts))
    parts[at] = parts[at].partition("=")[0] + "=" + random.choice(_TOKENS)


_ON_TARGETS: tuple[Callable[[Random, str], str], ...] = (
    *(_replace, _flip, _delete, _insert_token, _double, _splice, _encode, _encode, _swap_case),
    *(_on_parts(_drop_part), _on_parts(_double_part), _on_parts(_shuffle_parts)),
    *(_on_parts(_other_value), _on_parts(_other_value), _on_parts(_other_value)),
)


def _broken(random: Random, raw: bytes) -> bytes:
    """Change one byte anywhere, the line ends among them; the request still ends where it did."""
    head, end = raw[:-4], raw[-4:]
    at = random.randrange(len(head))
    changed = head[:at] + random.choice(
        (b"", b"\n", b"\r", b"\x00", bytes([random.randrange(256)]))
    )
    changed += head[at + 1 :]
    return raw if b"\r\n\r\n" in changed else changed + end
