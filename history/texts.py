"""Histories in words and numbers: in the viewer's unit, at the house's time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from history.records import Against, Day, Records, Spell
from history.series import Series, late_after_s
from readings import display, units
from readings.outliers import Outlier
from readings.units import TemperatureUnit
from stations.models import Sensor


class Shown:
    """Texts of one sensor's values."""

    def __init__(self, sensor: Sensor, unit: TemperatureUnit) -> None:
        self._quantity, self._unit = sensor.quantity, unit
        self.label = display.unit_label(sensor.quantity, sensor.unit, unit)

    def value(self, value: float) -> str:
        return display.number(display.in_unit(value, self._quantity, self._unit), self._quantity)

    def difference(self, value: float) -> str:
        if self._quantity == "temperature":
            value = units.celsius_difference_to(self._unit, value)
        return display.number(value, self._quantity)

    def change(self, value: float) -> str:
        """Return a difference with its sign."""
        text = self.difference(value)
        return f"+{text}" if value > 0 and text.strip("0.,") else text


@dataclass(frozen=True, slots=True)
class Row:
    """A stretch of time in a table. A gap has no `mean`."""

    at: datetime
    ms: int
    low: str = ""
    mean: str = ""
    high: str = ""
    n: int = 0
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A series as a table; `is_single` when each row is one reading."""

    name: str
    sensor_id: int
    unit_label: str
    is_single: bool
    is_of_days: bool
    rows: list[Row]


def table(name: str, series: Series, unit: TemperatureUnit, zone: ZoneInfo) -> Table:
    shown = Shown(series.sensor, unit)
    rows = []
    for one in series.stretches:
        at = display.moment(one.at, zone)
        if one.mean is None or one.low is None or one.high is None:
            rows.append(Row(at, one.at))
            continue
        low, mean, high = (shown.value(value) for value in (one.low, one.mean, one.high))
        rows.append(Row(at, one.at, low, mean, high, one.n or 0, bool(one.late)))
    is_of_days = series.source == "day"
    return Table(name, series.sensor.pk, shown.label, series.width_ms == 0, is_of_days, rows)


@dataclass(frozen=True, slots=True)
class Hidden:
    """A reading that was taken for an outlier."""

    at: datetime
    ms: int
    value: str
    is_late: bool


def hidden(found: Sequence[Outlier], sensor: Sensor, shown: Shown, zone: ZoneInfo) -> list[Hidden]:
    late_s = late_after_s(sensor)
    return [
        Hidden(
            display.moment(one.measured_at, zone),
            one.measured_at,
            shown.value(one.value),
            one.delay_s > late_s,
        )
        for one in found
    ]


@dataclass(frozen=True, slots=True)
class Best:
    """A record: what, and when."""

    value: str
    at: datetime | None
    on: date


def best(found: Records, shown: Shown, zone: ZoneInfo) -> dict[str, Best]:
    """Return the records by name: highest, lowest, widest."""

    def extreme(day: Day, value: float, at: int) -> Best:
        return Best(shown.value(value), display.moment(at, zone), day.on)

    high, low, wide = found.highest, found.lowest, found.widest
    return {
        "highest": extreme(high, high.high, high.high_at),
        "lowest": extreme(low, low.low, low.low_at),
        "widest": Best(shown.difference(wide.swing), None, wide.on),
    }


@dataclass(frozen=True, slots=True)
class SpellRow:
    """A month or a year."""

    first: date
    days: int
    mean: str
    low: str
    high: str


def spell_row(spell: Spell, shown: Shown) -> SpellRow:
    mean, low, high = (shown.value(value) for value in (spell.mean, spell.low, spell.high))
    return SpellRow(spell.first, spell.days, mean, low, high)


@dataclass(frozen=True, slots=True)
class AgainstRow:
    """A month of both years, the years so far when `first` is None."""

    first: date | None
    this: SpellRow | None
    last: SpellRow | None
    change: str


def against_row(one: Against, today: date, shown: Shown) -> AgainstRow:
    difference = one.difference
    return AgainstRow(
        date(today.year, one.month, 1) if one.month else None,
        spell_row(one.this, shown) if one.this else None,
        spell_row(one.last, shown) if one.last else None,
        "" if difference is None else shown.change(difference),
    )
