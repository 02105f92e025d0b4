"""Our own CSV, as `/export/` writes it; by hand `time,station,value` is enough. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from zoneinfo import ZoneInfo

from history.exports.cells import plain
from history.imports.items import Item, Source, Trouble
from history.imports.lines import rows
from history.imports.moments import parse_moment
from readings import units
from readings.values import InvalidValue, checked_value, parse_field, parse_value
from stations.mac import InvalidMac, canonical_mac

_ABOUT = ("station", "mac", "field", "quantity", "label", "unit")

_Cells = tuple[str, ...]


class OwnCsv:
    name = "csv"
    is_in_stored_units = True

    @staticmethod
    def fits(header: list[str]) -> bool:
        names = set(header)
        return {"time", "value"} <= names and bool({"station", "mac"} & names)

    def read(self, path: str, zone_name: str) -> Iterator[Item | Trouble]:
        house, sources = ZoneInfo(zone_name), dict[_Cells, Source]()
        for row in rows(path):
            if isinstance(row, Trouble):
                yield row
                continue
            line, cells = row
            try:
                yield _item(line, cells, sources, house)
            except ValueError as error:
                yield Trouble(line, str(error))


def _item(
    line: int, cells: Mapping[str, str], sources: dict[_Cells, Source], house: ZoneInfo
) -> Item:
    about = tuple(cells.get(name, "") for name in _ABOUT)
    source = sources.get(about)
    if source is None:
        source = sources[about] = _source(*about)
    # An export tells what was measured and what its calibration made of it: the former is stored.
    value = parse_value((cells.get("raw") or cells.get("value", "")).strip())
    stored = checked_value(units.to_canonical(value, source.quantity, source.unit))
    return Item(line, source, parse_moment(cells.get("time", ""), house), stored)


def _source(station: str, mac: str, field: str, quantity: str, label: str, unit: str) -> Source:
    station, label = plain(station), plain(label)
    if not station and not mac:
        raise InvalidValue("neither a station nor a MAC address")
    try:
        mac = canonical_mac(mac) if mac else ""
    except InvalidMac as error:
        raise InvalidValue(f"bad MAC address {mac!r}") from error
    accepted = units.accepted_units(quantity)
    unit = plain(unit)
    if unit and accepted and unit not in accepted:
        raise InvalidValue(f"bad unit {unit!r}: {quantity} is in {', '.join(accepted)}")
    number = parse_field(field or "1")
    return Source(f"{station or mac}/{number}", number, mac, station, quantity, unit, label)
