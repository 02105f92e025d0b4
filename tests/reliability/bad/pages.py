"""The addresses for people and programs, asked for what they do not have."""

from __future__ import annotations

from tests.reliability.bad import Bad, Reply, bad, get

_FOREIGN: Reply = (400, None)
_FORM = "Content-Type: application/x-www-form-urlencoded"


def _page(kind: str, target: str, status: int, *headers: str) -> Bad:
    return bad(kind, get(target, *headers), (status, None))


def _post(kind: str, target: str, body: bytes, status: int, *headers: str) -> Bad:
    length = f"Content-Length: {len(body)}"
    return bad(kind, get(target, length, *headers, method="POST") + body, (status, None))


_NULS = "\\000" * 32
_TOKEN = "a" * 32
_WITH_TOKEN = f"Cookie: csrftoken={_TOKEN}"


def _sign_in(name: str, password: str) -> bytes:
    return f"csrfmiddlewaretoken={_TOKEN}&username={name}&password={password}".encode()


PATHS = [
    _page("no such page", "/nothing-here", 404),
    _page("dot segments out of the static files", "/static/../../etc/passwd", 404),
    _page("encoded dot segments", "/static/%2e%2e/%2e%2e/db.sqlite3", 404),
    _page("a NUL in a static file's name", "/static/app.css%00.png", 404),
    _page("the database by its name", "/data/db.sqlite3", 404),
    _page("bytes that are not UTF-8", "/%FF%FE", 404),
    _page("a surrogate", "/%ED%A0%80", 404),
    _page("a NUL", "/%00", 404),
    _page("a line break", "/%0D%0AX-Injected:%201", 404),
    _page("Update in capitals", "/UPDATE/API_key=TGS894F", 404),
    _page("a station that is not a number", "/api/v1/stations/abc/", 404),
    _page("a station below zero", "/api/v1/stations/-1/", 404),
    _page("a station that is a NUL", "/api/v1/stations/%00/", 404),
    _page("a station of 40 digits", "/api/v1/stations/" + "9" * 40 + "/", 404),
    _page("a station of Arabic digits", "/api/v1/stations/%D9%A1/", 404),
    _page("a format nobody speaks", "/api/v1/stations/", 406, "Accept: application/xml"),
]

HOSTS = [
    bad(f"host {host}", f"GET / HTTP/1.0\r\nHost: {host}\r\n\r\n".encode("latin-1"), _FOREIGN)
    for host in (
        "example.org",
        "iot.local.example.org",
        "127.0.0.1.example.org",
        "",
        "iot local",
        "<script>",
        "[::1",
        "\xe4",
    )
]

COOKIES = [
    _page("a session of NULs", "/", 200, f'Cookie: sessionid="{_NULS}"'),
    _page("a session of bytes", "/", 200, "Cookie: sessionid=" + "\xff" * 32),
    _page("a session of 4,000 letters", "/", 200, "Cookie: sessionid=" + "a" * 4_000),
    _page("a cookie that is none", "/", 200, "Cookie: ;;;=;=a;a=;\xff"),
    _page("a unit nobody measures in", "/", 200, "Cookie: temperature_unit=K"),
    _page("languages without end", "/", 200, "Accept-Language: " + "a-" * 500),
    _page("a tag that is none", "/cards/", 200, "If-None-Match: W/\xff"),
    _page("a date that is none", "/static/iotserver/icon.svg", 200, "If-Modified-Since: yesterday"),
    _page("a range that is none", "/static/iotserver/icon.svg", 200, "Range: bytes=-"),
]

FORMS = [
    _post("a query of NULs", "/sign-in/?x=%00&%00=1", _sign_in("a", "b"), 200, _FORM, _WITH_TOKEN),
    _post(
        "a next page with a NUL", "/sign-in/?next=%00", _sign_in("b", "b"), 200, _FORM, _WITH_TOKEN
    ),
    _post(
        "a field with a NUL in its name",
        "/sign-in/",
        _sign_in("c", "b") + b"&%00=%00",
        200,
        _FORM,
        _WITH_TOKEN,
    ),
    _post(
        "a browser of 3,000 letters that takes as much",
        "/sign-in/",
        _sign_in("d", "b"),
        200,
        _FORM,
        _WITH_TOKEN,
        "User-Agent: " + "m" * 3_000,
        "Accept: " + "a" * 3_000,
    ),
    _post(
        "a browser of bytes",
        "/sign-in/",
        _sign_in("e", "b"),
        200,
        _FORM,
        _WITH_TOKEN,
        "User-Agent: \xff",
    ),
    _post("a form without a token", "/sign-in/", b"username=a&password=b", 403, _FORM),
    _post("a name with a NUL", "/sign-in/", _sign_in("a%00", "b"), 200, _FORM, _WITH_TOKEN),
    _post("a password with a NUL", "/sign-in/", _sign_in("admin", "%00"), 200, _FORM, _WITH_TOKEN),
    _post(
        "a name of 9,000 letters", "/sign-in/", _sign_in("a" * 9_000, "b"), 200, _FORM, _WITH_TOKEN
    ),
    _post("a name that is not UTF-8", "/sign-in/", _sign_in("%FF", "b"), 200, _FORM, _WITH_TOKEN),
    _post(
        "2,000 fields", "/sign-in/", _sign_in("a", "b") + b"&a=1" * 2_000, 400, _FORM, _WITH_TOKEN
    ),
    _post("a body of 3 MB", "/sign-in/", _sign_in("a" * 3_000_000, "b"), 400, _FORM, _WITH_TOKEN),
    _post(
        "a multipart body without a boundary",
        "/sign-in/",
        b"a",
        403,
        "Content-Type: multipart/form-data",
    ),
    _post(
        "a multipart body that ends early",
        "/sign-in/",
        b"--a\r\nContent-Disposition: form-data; name=x\r\n\r\n",
        403,
        "Content-Type: multipart/form-data; boundary=a",
    ),
    _post("a charset nobody knows", "/sign-in/", b"a=b", 403, _FORM + "; charset=nothing"),
    _post("a POST to the API", "/api/v1/stations/", b"{", 403, "Content-Type: application/json"),
    _post("a unit without a token", "/unit/", b"unit=F", 403, _FORM),
    bad("DELETE a page", get("/", method="DELETE"), (403, None)),
    bad("TRACE a page", get("/", method="TRACE"), (405, None)),
    bad("CONNECT to a page", get("/", method="CONNECT"), (403, None)),
]

ALL: list[Bad] = [*PATHS, *HOSTS, *COOKIES, *FORMS]
