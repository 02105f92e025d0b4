"""Well-formed HTTP whose path is no reading."""

from __future__ import annotations

from tests.contract import catalogue
from tests.factories import update_path
from tests.reliability.bad import GOOD, KEY_PART, MAC_PART, Bad, Reply, bad, get

_DENIED: Reply = (403, "wrong key or MAC")
_GET_ONLY: Reply = (405, "GET only")
NO_KEY: Reply = (400, "missing API_key=")
_REST = f"{MAC_PART}/field=1/data=21.5"


def _path(kind: str, path: str, line: str) -> Bad:
    return bad(kind, get(path), (400, line))


METHODS = [
    *(
        bad(f"method {method}", get(GOOD, method=method), _GET_ONLY)
        for method in (
            *("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "GETX", "M-SEARCH"),
            *("QUERY", "LINK", "BREW"),
        )
    ),
    bad("method HEAD", get(GOOD, method="HEAD"), (405, "")),
    bad("POST that means GET", get(GOOD, "X-HTTP-Method-Override: GET", method="POST"), _GET_ONLY),
]

VALUES = [
    *(
        _path(f"data={text[:40]}", update_path(data=text), "bad data: number")
        for text in catalogue.BAD_NUMBERS
    ),
    *(
        _path(f"data={text}", update_path(data=text), "bad data: too large")
        for text in catalogue.TOO_LARGE
    ),
    *(
        _path(f"data={text[:40]}", update_path(data=text), "bad data: number")
        for text in (
            *("1e+", "1e1.5", "1E1E1", "e", "1.e5", "1d5", "0b1", "0o7", "1f", "10L", "1%2B5"),
            *("1%E3%80%82", "%E0%A5%A7", "%F0%9D%9F%8F", "%E2%85%A3", "12%E2%80%8B", "%EF%BB%BF1"),
            *("1%201", "1%2C000", "1'000", "$5", "5%25", "(5)", "-0x1p3", "snan", "-nan", "INF"),
            *("1e1000", "1%5Fe3", "0." + "0" * 40, "=21.5", "21.5=", "21.5;v=1", "21.5&age=1"),
            *(
                "%7B%7D",
                "%5B1%5D",
                "%22%22",
                "%00",
                "%0A",
                "%7F",
                "NULL",
                "undefined",
                "%2E5",
                "5%2E",
            ),
        )
    ),
]

FIELDS = [
    _path(f"field={text}", update_path(field=text), "bad field: 1-99")
    for text in (
        *catalogue.BAD_FIELDS,
        "1,2",
        "0x1",
        "1e1",
        "1%00",
        "%C2%B9",
        "1-99",
        "00",
        "100",
        "true",
    )
]
AGES = [
    *(
        _path(f"age={text}", update_path(rest=f"/age={text}"), "bad age: seconds")
        for text in (*catalogue.BAD_AGES, "-0", "0x10", "1%00", "nan", "inf", "5s", "PT5M")
    ),
    _path("an age beyond what is kept", update_path(rest="/age=31622401"), "bad age: too old"),
    _path("an age of 300 years", update_path(rest="/age=9999999999"), "bad age: too old"),
    _path("two ages in the query", update_path(rest="?age=1&age=2"), "bad query"),
    _path("an age and an empty age", update_path(rest="?age=1&age="), "bad query"),
    _path(
        "an age cut short by a semicolon", update_path(rest="?age=1;seq=a-1"), "bad age: seconds"
    ),
]
SEQUENCES = [
    *(
        _path(f"seq={text}", update_path(rest=f"/seq={text}"), "bad seq: boot-number")
        for text in (
            *catalogue.BAD_SEQUENCES,
            "a-%D9%A1",
            "%C3%A4-1",
            "a-1%0A",
            "a-0x1",
            "a-1e1",
            "-",
            "--",
        )
    ),
    _path("two sequences in the query", update_path(rest="?seq=a-1&seq=a-2"), "bad query"),
]

FORMS = [
    *(_path(f"malformed {path[:100]}", path, line) for path, line in catalogue.MALFORMED.items()),
    _path("update alone", "/update", "missing API_key="),
    _path("update with a slash", "/update/", "missing API_key="),
    _path("update with a query", "/update?api_key=TGS894F&field1=21.5", "missing API_key="),
    _path("no key", f"/update/{_REST}", "missing API_key="),
    _path("api_key in lower case", f"/update/api_key=TGS894F/{_REST}", "missing API_key="),
    _path("api_key in lower case, without update", f"/api_key=TGS894F/{_REST}", "missing API_key="),
    _path("API_KEY in capitals", f"/API_KEY=TGS894F/{_REST}", "missing API_key="),
    _path("Field in capitals", GOOD.replace("field", "Field"), "missing field="),
    _path("Data in capitals", GOOD.replace("data", "DATA"), "missing data="),
    _path("two keys", f"/update/{KEY_PART}/{KEY_PART}/{_REST}", "missing mac="),
    _path("two MACs", f"/update/{KEY_PART}/{MAC_PART}/{_REST}", "missing field="),
    _path("two fields", GOOD.replace("field=1", "field=1/field=2"), "missing data="),
    _path("two values", GOOD + "/data=22", "only age=, seq= next"),
    _path("two readings", GOOD + "/field=2/data=50", "only age=, seq= next"),
    _path("two ages", GOOD + "/age=1/age=2", "only age=, seq= next"),
    _path("Age in capitals", GOOD + "/Age=1", "only age=, seq= next"),
    _path("a time in the path", GOOD + "/measured_at=2030-01-01T00:00:00Z", "only age=, seq= next"),
    _path("a part without a name", GOOD + "/=1", "only age=, seq= next"),
    _path("a part without a sign", GOOD + "/1", "only age=, seq= next"),
    _path("a dot segment", f"/update/{KEY_PART}/./{_REST}", "missing mac="),
    _path("a dot segment back", f"/update/{KEY_PART}/../{KEY_PART}/{_REST}", "missing mac="),
    _path("a dot segment first", f"/update/./{KEY_PART}/{_REST}", "missing API_key="),
    _path("a dot segment at the end", GOOD + "/.", "only age=, seq= next"),
    _path("update twice", f"/update/update/{KEY_PART}/{_REST}", "missing API_key="),
    _path(
        "semicolons for slashes", f"/update/{KEY_PART};" + _REST.replace("/", ";"), "missing mac="
    ),
    _path(
        "backslashes for slashes",
        f"/update/{KEY_PART}\\" + _REST.replace("/", "\\"),
        "missing mac=",
    ),
    _path(
        "slashes encoded twice",
        "/update/" + f"{KEY_PART}/{_REST}".replace("/", "%252F"),
        "missing mac=",
    ),
    _path(
        "signs encoded twice",
        "/update/" + f"{KEY_PART}/{_REST}".replace("=", "%253D"),
        "missing API_key=",
    ),
    _path("colons for signs", GOOD.replace("=", ":"), "missing API_key="),
    _path(
        "the parts as a query",
        "/update/?" + f"{KEY_PART}/{_REST}".replace("/", "&"),
        "missing API_key=",
    ),
    _path(
        "the parts after a question mark",
        f"/update/{KEY_PART}?{MAC_PART}&field=1&data=21.5",
        "missing mac=",
    ),
    _path("a NUL before the key", f"/update/%00{KEY_PART}/{_REST}", "missing API_key="),
    _path("a line break in a name", GOOD.replace("/mac", "/%0Amac"), "missing mac="),
    _path("a broken escape", GOOD + "%", "bad data: number"),
    _path("half an escape", GOOD + "%3", "bad data: number"),
    _path("an escape that is not hex", GOOD + "%zz", "bad data: number"),
    _path("an escape of JavaScript", GOOD + "%u0032", "bad data: number"),
    _path("overlong UTF-8 for a slash", GOOD + "%C0%AFage=1", "bad data: number"),
    _path(
        "30 names in the query", GOOD + "?" + "&".join(f"a{n}=1" for n in range(30)), "bad query"
    ),
]

CREDENTIALS = [
    *(
        bad(kind, get(update_path(api_key=key, mac=mac)), _DENIED)
        for kind, (key, mac) in catalogue.WRONG_CREDENTIALS.items()
    ),
    *(
        bad(f"mac={mac}", get(update_path(mac=mac)), _DENIED)
        for mac in (
            *("6c:ef:7r:3b:9d", "6c:ef:7r:3b:9d:e", "6c_ef_7r_3b_9d_e8", "6c,ef,7r,3b,9d,e8"),
            *("0x6cef7r3b9de8", "192.168.1.7", "esp8266", "::1", "%00", "6c:ef:7r:3b:9d:e8%00"),
            *("*", "%25", "%27%20OR%201=1--", "6c:ef:7r:3b:9d:e8,6c:ef:7r:3b:9d:e8", "localhost"),
            *("%D9%A6c:ef:7r:3b:9d:e8", "6c%3Aef%3A7r%3A3b%3A9d%3A%658%20x"),
        )
    ),
    *(
        bad(f"key {key}", get(update_path(api_key=key)), _DENIED)
        for key in (
            "%",
            "%25",
            "*",
            "TGS894",
            "TGS894F%0A",
            "TGS894F+",
            "'%20OR%20'1'='1",
            "%F0%9F%8C%A1",
        )
    ),
    bad("a key without its sign", get(f"/update/API_key/{_REST}"), _DENIED),
    bad("a MAC without its sign", get(GOOD.replace(MAC_PART, "mac")), _DENIED),
]

ALL: list[Bad] = [*METHODS, *VALUES, *FIELDS, *AGES, *SEQUENCES, *FORMS, *CREDENTIALS]
