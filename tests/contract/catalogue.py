"""Every form of the path GET that boards may send, and every one that must not pass."""

from __future__ import annotations

from tests.factories import TUTORIAL_KEY as KEY
from tests.factories import TUTORIAL_MAC as MAC
from tests.factories import update_path

STORED_PATHS = {
    "as documented": f"/update/API_key={KEY}/mac={MAC}/field=1/data=21.5",
    "without update": f"/API_key={KEY}/mac={MAC}/field=1/data=21.5",
    "doubled slash": f"//update/API_key={KEY}/mac={MAC}/field=1/data=21.5",
    "doubled slash without update": f"//API_key={KEY}/mac={MAC}/field=1/data=21.5",
    "doubled slash after update": f"/update//API_key={KEY}/mac={MAC}/field=1/data=21.5",
    "trailing slash": f"/update/API_key={KEY}/mac={MAC}/field=1/data=21.5/",
    "trailing slash without update": f"/API_key={KEY}/mac={MAC}/field=1/data=21.5/",
    "age in the path": update_path(rest="/age=0"),
    "age in the query": update_path(rest="?age=0"),
    "sequence in the path": update_path(rest="/seq=b00t-1"),
    "sequence in the query": update_path(rest="?seq=b00t-1"),
    "age and sequence in the path": update_path(rest="/age=0/seq=b00t-1"),
    "age and sequence in the query": update_path(rest="?seq=b00t-1&age=0"),
    "age in the path, sequence in the query": update_path(rest="/age=0?seq=b00t-1"),
    "trailing slash before a query": update_path(rest="/?age=0"),
    "a query of someone else's": update_path(rest="?utm_source=x&y"),
    "field with a leading zero": update_path(field="01"),
    "encoded equals signs": update_path().replace("=", "%3D"),
    "encoded slashes": update_path().replace("/", "%2F").replace("%2F", "/", 1),
    "a target with scheme and host": "http://192.168.1.7:8000" + update_path(),
    "a target with https and a name": "https://iot.local" + update_path(rest="?age=0"),
    "encoded key": update_path(api_key="%54GS894F"),
}

MACS = {
    "colons": "6c:ef:7r:3b:9d:e8",
    "hyphens": "6c-ef-7r-3b-9d-e8",
    "dots": "6cef.7r3b.9de8",
    "nothing": "6cef7r3b9de8",
    "upper case": "6C:EF:7R:3B:9D:E8",
    "upper case hyphens": "6C-EF-7R-3B-9D-E8",
    "encoded colons": "6c%3Aef%3A7r%3A3b%3A9d%3Ae8",
    "encoded colons in lower case": "6c%3aef%3a7r%3a3b%3a9d%3ae8",
}

VALUES = {
    "21.5": 21.5,
    "21": 21.0,
    "-3": -3.0,
    "-0.25": -0.25,
    "0": 0.0,
    "-0": 0.0,
    "0021.50": 21.5,
    "1e1": 10.0,
    "1E+1": 10.0,
    "2.15e1": 21.5,
    "5e-1": 0.5,
    "21.500000000000000000000000": 21.5,
}

BAD_NUMBERS = [
    "nan",
    "NaN",
    "inf",
    "-inf",
    "Infinity",
    "1_000",
    "1,5",
    "%D9%A1%D9%A2",  # Arabic digits
    "%EF%BC%92%EF%BC%91",  # full-width digits
    "%C2%B2",  # superscript two
    "",
    "%20",
    "21.5%20",
    "%2021.5",
    "21.5%0A",
    "21.5%00",
    "21.5%0D%0AX-Injected:1",
    "+5",
    "%2B5",
    "--5",
    "-",
    ".5",
    "5.",
    "1.2.3",
    "0x10",
    "1e",
    "e5",
    "1e4000",
    "21.5C",
    "21,5",
    "true",
    "None",
    "%FF",
    "%C3%28",
    "%ED%A0%80",
    "%E2%88%925",  # a typographic minus
    "1" * 33,
    "1" * 3_000,
    "'21.5'",
    "21.5;DROP%20TABLE%20readings_reading",
]

TOO_LARGE = ["1e400", "-1e400", "1e13", "-1e13", "1000000000001", "9" * 32, "1e999"]

BAD_FIELDS = ["", "0", "-1", "100", "1.0", "1e0", "x", "%D9%A1", "+1", "%201", "1%0A", "9" * 40]

BAD_AGES = ["", "-1", "1.5", "x", "+1", "1_0", "%D9%A1", "1e3", "%20", "99999999999"]

BAD_SEQUENCES = [
    "",
    "1",
    "b-",
    "-1",
    "b-x",
    "B-1",
    "b-1-2",
    "b--1",
    "toolongaboot-1",
    "b-1234567890",
]

# target -> the first part that is missing or out of place, or what may follow
MALFORMED = {
    "/update": "missing API_key=",
    "/update/": "missing API_key=",
    "/update?API_key=TGS894F&field1=21.5": "missing API_key=",
    f"/update/api_key={KEY}/mac={MAC}/field=1/data=21.5": "missing API_key=",
    f"/api_key={KEY}/mac={MAC}/field=1/data=21.5": "missing API_key=",
    f"/update/mac={MAC}/API_key={KEY}/field=1/data=21.5": "missing API_key=",
    "/update/API_key=": "missing mac=",
    f"/update/API_key={KEY}": "missing mac=",
    f"/update/API_key={KEY}/mac={MAC}": "missing field=",
    f"/update/API_key={KEY}/mac={MAC}/field=1": "missing data=",
    f"/update/API_key={KEY}/mac={MAC}/data=21.5/field=1": "missing field=",
    f"/update/API_key={KEY}/field=1/mac={MAC}/data=21.5": "missing mac=",
    f"/update/API_key={KEY}/MAC={MAC}/field=1/data=21.5": "missing mac=",
    f"/update/API_key={KEY}//mac={MAC}/field=1/data=21.5": "missing mac=",
    f"/update/API_key={KEY}/mac={MAC}/field=1/value=21.5": "missing data=",
    update_path(rest="/age=1/age=1"): "only age=, seq= next",
    update_path(rest="/seq=b-1/age=1"): "only age=, seq= next",
    update_path(rest="/data=22"): "only age=, seq= next",
    update_path(rest="/unit=F"): "only age=, seq= next",
    update_path(rest="//age=1"): "only age=, seq= next",
    update_path(rest="?age=1&age=2"): "bad query",
    update_path(rest="?seq=b-1&seq=b-2"): "bad query",
    update_path(data="1%2F2"): "only age=, seq= next",
    update_path(rest="?" + "&".join(f"a{n}=1" for n in range(30))): "bad query",
}

# key and MAC of which at least one is wrong; the board gets one answer for all
WRONG_CREDENTIALS = {
    "wrong key": (KEY + "x", MAC),
    "key in lower case": (KEY.lower(), MAC),
    "empty key": ("", MAC),
    "unknown MAC": (KEY, "5c:cf:7f:0a:1b:2c"),
    "empty MAC": (KEY, ""),
    "short MAC": (KEY, "6c:ef"),
    "long MAC": (KEY, MAC + ":00"),
    "key and MAC swapped": (MAC, KEY),
    "key that is not UTF-8": ("%FF%FE", MAC),
    "MAC that is not UTF-8": (KEY, "%FF%FE"),
    "NUL in the key": (KEY + "%00", MAC),
    "blank after the key": (KEY + "%20", MAC),
    "newline after the MAC": (KEY, MAC + "%0A"),
    "full-width digits in the MAC": (KEY, "%EF%BC%96c:ef:7r:3b:9d:e8"),
    "long key": ("k" * 2_000, MAC),
}
