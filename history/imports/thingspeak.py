"""ThingSpeak's `feeds.csv`: `created_at,entry_id,field1,...`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from zoneinfo import ZoneInfo

from history.imports.items import Item, Source, Trouble
from history.imports.lines import rows
from history.imports.moments import parse_moment
from readings.values import parse_value

_FIELD = re.compile(r"field([1-9][0-9]?)", re.ASCII)
# What a channel shows for "no value", and what its exports say of it.
_NOTHING = {"", "nan", "null"}


class ThingSpeakCsv:
    name = "thingspeak"
    is_in_stored_units = False

    @staticmethod
    def fits(header: list[str]) -> bool:
        return "created_at" in header and any(map(_FIELD.fullmatch, header))

    def read(self, path: str, zone_name: str) -> Iterator[Item | Trouble]:
        house, sources = ZoneInfo(zone_name), dict[str, Source]()
        for row in rows(path):
            if isinstance(row, Trouble):
                yield row
            else:
                yield from _items(*row, sources, house)


def _items(
    line: int, cells: Mapping[str, str], sources: dict[str, Source], house: ZoneInfo
) -> Iterator[Item | Trouble]:
    try:
        at = parse_moment(cells.get("created_at", ""), house)
    except ValueError as error:
        yield Trouble(line, str(error))
        return
    for name, text in cells.items():
        match = _FIELD.fullmatch(name)
        if match is None or text.strip().lower() in _NOTHING:
            continue
        source = sources.setdefault(name, Source(name, int(match[1])))
        try:
            yield Item(line, source, at, parse_value(text.strip()))
        except ValueError as error:
            yield Trouble(line, f"{name}: {error}")
