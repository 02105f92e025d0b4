"""What the formats read, and what they refuse by line."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from history.imports.formats import format_of
from history.imports.items import Item, Trouble, Unreadable
from tests.history.files import KEY, MAC, feeds, original_database, write

_TIME = "2026-01-31T07:00:00Z"


def _read(path: str, wanted: str = "auto") -> list[Item | Trouble]:
    return list(format_of(path, wanted).read(path, "Europe/Berlin"))


def _values(path: str) -> list[tuple[str, float]]:
    return [(item.source.name, item.value) for item in _read(path) if isinstance(item, Item)]


def _troubles(path: str) -> list[tuple[int, str]]:
    return [(item.line, item.text) for item in _read(path) if isinstance(item, Trouble)]


# --- which format it is ----------------------------------------------------------------------


def test_each_format_is_known_by_its_beginning(tmp_path: Path) -> None:
    own = write(tmp_path / "own.csv", "time,station,value")
    thing = feeds(tmp_path / "feeds.csv")
    original = original_database(tmp_path / "old.db", [])
    assert [format_of(path).name for path in (own, thing, original)] == [
        "csv",
        "thingspeak",
        "flaskiot",
    ]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04\0\0", b"a,b,c\r\n1,2,3\r\n", b"\0" * 99])
def test_what_is_in_no_format_is_told_what_it_should_be(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(Unreadable, match="CSV needs a first line with time, value"):
        format_of(str(tmp_path / "x"))


def test_another_format_than_was_asked_for_is_told(tmp_path: Path) -> None:
    path = feeds(tmp_path / "feeds.csv")
    with pytest.raises(Unreadable, match="no file of the format csv: it looks like thingspeak"):
        format_of(path, "csv")


# --- our own -----------------------------------------------------------------------------------


def test_three_columns_are_enough(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", "time,station,value", f"{_TIME},Attic,21.5")
    assert _values(path) == [("Attic/1", 21.5)]


def test_fahrenheit_becomes_what_is_stored(tmp_path: Path) -> None:
    header = "time,station,field,quantity,unit,value"
    path = write(tmp_path / "x.csv", header, f"{_TIME},Attic,1,temperature,F,212")
    assert [value for _, value in _values(path)] == pytest.approx([100])


def test_a_spreadsheet_s_semicolons_and_mark_are_no_trouble(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(f"\ufeffTime;Station;Value\r\n{_TIME};Küche;-3\r\n".encode())
    assert _values(str(path)) == [("Küche/1", -3)]


def test_a_name_that_was_made_safe_is_itself_again(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", "time,station,value", f"{_TIME},'=Attic,1")
    assert _values(path) == [("=Attic/1", 1)]


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        ("never,Attic,1,temperature,C,1", "bad time"),
        (f"{_TIME},Attic,1,temperature,C,nan", "bad data: number"),
        (f"{_TIME},Attic,1,temperature,C,1_000", "bad data: number"),
        (f'{_TIME},Attic,1,temperature,C,"21,5"', "bad data: number"),
        (f"{_TIME},Attic,1,temperature,C", "bad data: number"),
        (f"{_TIME},Attic,100,temperature,C,1", "bad field: 1-99"),
        (f"{_TIME},Attic,1,temperature,%,1", "bad unit '%'"),
        (f"{_TIME},,1,temperature,C,1", "neither a station nor a MAC address"),
    ],
)
def test_a_bad_line_is_told_by_its_number(tmp_path: Path, cells: str, text: str) -> None:
    good = f"{_TIME},Attic,1,temperature,C,1"
    path = write(tmp_path / "x.csv", "time,station,field,quantity,unit,value", good, cells, good)
    ((line, told),) = _troubles(path)
    assert (line, text in told) == (3, True)
    assert len(_values(path)) == 2


def test_a_bad_mac_address_is_told(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", "time,mac,value", f"{_TIME},5c:cf,1")
    assert _troubles(path) == [(2, "bad MAC address '5c:cf'")]


def test_a_line_without_end_does_not_fill_the_memory(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", "time,station,value", "x" * 20_000)
    with pytest.raises(Unreadable, match="Line 2 is longer"):
        _read(path)


def test_what_is_not_utf_8_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"time,station,value\r\n2026,K\xfcche,1\r\n")
    with pytest.raises(Unreadable, match="not UTF-8"):
        _read(str(tmp_path / "x.csv"))


# --- ThingSpeak's ---------------------------------------------------------------------------------


def test_each_field_is_a_series_and_empty_ones_are_passed_over(tmp_path: Path) -> None:
    path = feeds(
        tmp_path / "feeds.csv",
        "2026-01-31 07:00:00 UTC,1,21.5,40,,,,",
        "2026-01-31 07:01:00 UTC,2,,41,,,,",
        "2026-01-31T08:02:00+01:00,3,nan,,,,,ok",
    )
    assert _values(path) == [("field1", 21.5), ("field2", 40), ("field2", 41)]


def test_a_bad_field_does_not_cost_its_neighbour(tmp_path: Path) -> None:
    path = feeds(tmp_path / "feeds.csv", "2026-01-31 07:00:00 UTC,1,warm,40,,,,")
    assert _troubles(path) == [(2, "field1: bad data: number")]
    assert _values(path) == [("field2", 40)]


def test_a_bad_time_costs_its_line(tmp_path: Path) -> None:
    path = feeds(tmp_path / "feeds.csv", "2026-10-25 02:30:00,1,21.5,40,,,,")
    ((line, text),) = _troubles(path)
    assert (line, "twice" in text) == (2, True)


def test_a_header_alone_holds_nothing(tmp_path: Path) -> None:
    assert _read(feeds(tmp_path / "feeds.csv")) == []


# --- the original server's ------------------------------------------------------------------------


def test_its_rows_come_with_board_field_and_key(tmp_path: Path) -> None:
    rows: list[tuple[object, ...]] = [
        ("old1", "2026-01-31T08:00:00.5+01:00", "5C-CF-7F-0A-1B-2C", 3, 21.5)
    ]
    rows.append((KEY, "2026-01-31T08:01:00+01:00", "5C-CF-7F-0A-1B-2C", 3, "22"))
    first, second = _read(original_database(tmp_path / "old.db", rows))
    assert isinstance(first, Item) and isinstance(second, Item)
    assert (first.source.mac, first.source.field, first.value) == (MAC, 3, 21.5)
    assert first.source.api_key == KEY  # the newest is the one the board has
    assert second.measured_at - first.measured_at == 59_500


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ((KEY, "yesterday", MAC, 1, 1), "bad time"),
        ((KEY, "2026-01-31T08:00:00+01:00", "nobody", 1, 1), "bad MAC address"),
        ((KEY, "2026-01-31T08:00:00+01:00", MAC, 0, 1), "bad field"),
        ((KEY, "2026-01-31T08:00:00+01:00", MAC, 1, "nan"), "bad data"),
        ((KEY, "2026-01-31T08:00:00+01:00", MAC, 1, None), "bad data"),
        ((KEY, "2026-01-31T08:00:00+01:00", MAC, 1, float("inf")), "bad data"),
    ],
)
def test_its_bad_rows_are_told_by_id(tmp_path: Path, row: tuple[object, ...], text: str) -> None:
    ((line, told),) = _troubles(original_database(tmp_path / "old.db", [row]))
    assert (line, text in told) == (1, True)


def test_a_sqlite_file_of_another_program_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "x.db")) as database:
        database.execute("CREATE TABLE other (a)")
        database.commit()
    with pytest.raises(Unreadable, match="another program's"):
        _read(str(tmp_path / "x.db"))


@pytest.mark.parametrize("kind", ["VIEW", "VIRTUAL TABLE"])
def test_a_table_that_is_a_program_is_refused(tmp_path: Path, kind: str) -> None:
    columns = "Id, API_key, date_time, mac, field, data"
    with closing(sqlite3.connect(tmp_path / "x.db")) as database:
        if kind == "VIEW":
            numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
            database.execute(f"CREATE VIEW data({columns}) AS {numbers} SELECT i,i,i,i,i,i FROM n")
        else:
            database.execute(f"CREATE TABLE data ({columns})")
            database.execute("PRAGMA writable_schema=ON")
            sql = f"CREATE VIRTUAL TABLE data USING csv({columns})"
            database.execute("UPDATE sqlite_master SET rootpage = 0, sql = ?", [sql])
        database.commit()
    with pytest.raises(Unreadable, match="another program's"):
        _read(str(tmp_path / "x.db"))


def test_a_damaged_file_is_told_and_what_to_do(tmp_path: Path) -> None:
    path = Path(original_database(tmp_path / "x.db", [(KEY, "x", MAC, 1, 1)] * 2_000))
    content = bytearray(path.read_bytes())
    content[5_000:20_000] = b"\xff" * 15_000
    path.write_bytes(content)
    with pytest.raises(Unreadable, match=r"copy its file\s+anew"):
        _read(str(path))


def test_reading_it_leaves_it_as_it_was(tmp_path: Path) -> None:
    path = Path(original_database(tmp_path / "x.db", [(KEY, _TIME, MAC, 1, 1)]))
    before = path.read_bytes()
    _read(str(path))
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["x.db"]
