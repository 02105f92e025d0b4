"""The original server's SQLite file: table `data(Id, API_key, date_time, mac, field, data)`.

Whoever made the file may have made it to harm: it is opened for reading alone, as a
file that nobody changes, with nothing of its schema trusted.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from history.imports.items import Item, Source, Trouble, Unreadable
from history.imports.moments import parse_moment
from readings.values import InvalidValue, parse_field, parse_value
from stations.keys import InvalidKey, check_typed_key
from stations.mac import InvalidMac, canonical_mac

_MAGIC = b"SQLite format 3\0"
_COLUMNS = {"id", "api_key", "date_time", "mac", "field", "data"}
_LONGEST = 10_000  # bytes of a row
_IS_TABLE = "SELECT sql FROM sqlite_master WHERE type = 'table' AND lower(name) = 'data'"
_ROWS = "SELECT Id, API_key, date_time, mac, field, data FROM data ORDER BY Id"
_KEYS = """
SELECT mac, API_key FROM data
WHERE Id IN (SELECT max(Id) FROM data GROUP BY mac)"""


class FlaskIotDatabase:
    name = "flaskiot"
    is_in_stored_units = False

    @staticmethod
    def fits(start: bytes) -> bool:
        return start.startswith(_MAGIC)

    def read(self, path: str, zone_name: str) -> Iterator[Item | Trouble]:
        house = ZoneInfo(zone_name)
        try:
            with closing(_opened(path)) as database:
                keys = {str(mac): str(key) for mac, key in database.execute(_KEYS)}
                sources: dict[tuple[str, str], Source] = {}
                for number, _, moment, mac, field, data in database.execute(_ROWS):
                    line = number if isinstance(number, int) else 0
                    try:
                        place = (str(mac), str(field))
                        if place not in sources:
                            sources[place] = _source(*place, keys.get(str(mac), ""))
                        at = parse_moment(str(moment), house)
                        yield Item(line, sources[place], at, _value(data))
                    except ValueError as error:
                        yield Trouble(line, str(error))
        except sqlite3.Error as error:
            raise Unreadable(
                f"SQLite cannot read this file: {error}. Stop the old server, copy its file"
                " anew (sqlite3 OLD '.backup COPY') and try with the copy."
            ) from error


def _opened(path: str) -> sqlite3.Connection:
    uri = f"{Path(path).resolve().as_uri()}?mode=ro&immutable=1"
    database = sqlite3.connect(uri, uri=True)
    database.text_factory = lambda raw: raw.decode(errors="replace")
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 1_000_000)
    for pragma in ("trusted_schema=OFF", "cell_size_check=ON", "mmap_size=0", "query_only=ON"):
        database.execute(f"PRAGMA {pragma}")
    if not _has_rows(database):
        database.close()
        names = "Id, API_key, date_time, mac, field, data"
        raise Unreadable(f"This SQLite file has no table data({names}): it is another program's.")
    return database


def _has_rows(database: sqlite3.Connection) -> bool:
    """Tell whether there is the original's table. A view, or a virtual one, may be a program."""
    found = database.execute(_IS_TABLE).fetchone()
    if found is None or "VIRTUAL" in found[0].upper():
        return False
    return {row[1].lower() for row in database.execute("PRAGMA table_xinfo(data)")} >= _COLUMNS


def _source(mac: str, field: str, api_key: str) -> Source:
    try:
        mac = canonical_mac(mac)
    except InvalidMac as error:
        raise InvalidValue(f"bad MAC address {mac[:40]!r}") from error
    try:
        api_key = check_typed_key(api_key)
    except InvalidKey:
        api_key = ""  # the station gets another, and the preview says so
    number = parse_field(field)
    return Source(f"{mac}/{number}", number, mac, api_key=api_key)


def _value(data: Any) -> float:
    """The column is text or real, as the file was made."""
    if isinstance(data, (int, float)):
        return parse_value(repr(data))
    return parse_value(str(data).strip()[:_LONGEST])
