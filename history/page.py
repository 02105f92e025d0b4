"""What the templates of a station's page show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from history import records, texts
from history.cooler import Spell
from history.drawing import Curve, draw
from history.pair import pair_of
from history.questions import Question
from history.ranges import NAMES, Name
from history.series import Series, read_series, shade
from history.texts import Shown
from readings import display
from readings.outliers import outliers
from readings.times import date_of, day_of, from_ms
from readings.units import TemperatureUnit
from stations.models import Sensor

_ROWS = 120  # of a table; the drawing that stands in for the chart needs no more
_OUTLIERS = 50
_LINES = 6  # colours and dashes there are

_RANGES: dict[Name, Any] = {
    "24h": _("24 hours"),
    "7d": _("7 days"),
    "30d": _("30 days"),
    "1y": _("1 year"),
    "all": _("All"),
}


@dataclass(frozen=True, slots=True)
class Link:
    text: Any
    query: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A sensor that is in the chart or could be; `look` picks its colour and dashes."""

    sensor: Sensor
    name: str
    look: int
    is_drawn: bool


class Page:
    """One question's answer for one viewer."""

    def __init__(self, asked: Question, unit: TemperatureUnit, zone: ZoneInfo, now: int) -> None:
        self.asked, self.unit, self.zone, self.now = asked, unit, zone, now
        self.shown = Shown(asked.sensor, unit)
        self.pair = pair_of(asked.sensor, now)

    def context(self) -> dict[str, Any]:
        """Return the whole page."""
        asked, zone = self.asked, self.zone
        return {
            "station": asked.station,
            "sensor": asked.sensor,
            "complaint": asked.complaint,
            "unit": self.unit,
            "unit_label": self.shown.label,
            "pair": self.pair,
            "time_zone": zone.key,
            "query": self._query(),
            "tabs": self._tabs(),
            "ranges": self._ranges(),
            "since": from_ms(asked.period.since),
            "until": from_ms(asked.period.until),
            "first_day": display.moment(asked.period.since, zone),
            "last_day": display.moment(asked.period.until - 1, zone),
            **self._chart(),
            **self._records(),
        }

    def _chart(self) -> dict[str, Any]:
        asked, zone = self.asked, self.zone
        series = [read_series(one, asked.period, _ROWS, zone) for one in asked.drawn]
        lines = self._lines()
        drawn = [line for line in lines if line.is_drawn]
        spells = self._spells(series)
        tables = [
            texts.table(line.name, one, self.unit, zone)
            for line, one in zip(drawn, series, strict=True)
        ]
        since, until = asked.period[:2]
        found = outliers(asked.sensor.pk, since, until, _OUTLIERS + 1)
        hidden = texts.hidden(found, asked.sensor, self.shown, zone)
        return {
            "lines": lines,
            "tables": tables,
            "spells": [tuple(display.moment(ms, zone) for ms in spell) for spell in spells],
            "outliers": hidden[:_OUTLIERS],
            "more_outliers": len(hidden) > _OUTLIERS,
            "drawing": self._drawing(drawn, series, spells),
        }

    def _spells(self, series: Sequence[Series]) -> list[Spell]:
        if self.pair is None:
            return []
        held = {one.sensor.pk: one for one in series}
        both = [
            held.get(one.pk) or read_series(one, self.asked.period, _ROWS, self.zone)
            for one in self.pair
        ]
        return shade(both[0], both[1], self.asked.period, self.zone)

    def _drawing(
        self, drawn: Sequence[Line], series: Sequence[Series], spells: Sequence[Spell]
    ) -> dict[str, Any] | None:
        period = self.asked.period
        stretches = [(one.stretches, one.width_ms) for one in series]
        found = draw(stretches, spells, period.since, period.until)
        if found is None:
            return None
        curves: list[tuple[int, Curve]] = [
            (line.look, curve) for line, curve in zip(drawn, found.curves, strict=True)
        ]
        levels = [(level.y, self.shown.value(level.value)) for level in found.levels]
        return {"curves": curves, "levels": levels, "shades": found.shades}

    def _lines(self) -> list[Line]:
        asked = self.asked
        drawn = {one.pk for one in asked.drawn}
        return [
            Line(one, one.station.name, look % _LINES, one.pk in drawn)
            for look, one in enumerate([asked.sensor, *asked.comparable])
        ]

    def _records(self) -> dict[str, Any]:
        days, shown = records.days_of(self.asked.sensor.pk), self.shown
        today = date_of(day_of(self.now, self.zone))
        found = records.records(days)
        against = records.against_last_year(days, today)
        return {
            "measured_since": found.since if found else None,
            "records": texts.best(found, shown, self.zone) if found else None,
            "months": [texts.spell_row(one, shown) for one in records.months(days)],
            "years": [texts.spell_row(one, shown) for one in records.years(days)],
            "against": [texts.against_row(one, today, shown) for one in against],
            "this_year": today.year,
            "last_year": today.year - 1,
        }

    def _tabs(self) -> list[Link]:
        asked = self.asked
        return [
            Link(one.title, self._query(field=one.field, overlays=False), one == asked.sensor)
            for one in asked.sensors
        ]

    def _ranges(self) -> list[Link]:
        current = self.asked.period.name
        return [Link(_RANGES[one], self._query(name=one), one == current) for one in NAMES]

    def _query(self, *, name: str = "", field: int | None = None, overlays: bool = True) -> str:
        """Return the question as an address has it, with what is given in its place."""
        asked = self.asked
        query: dict[str, Any] = {"field": asked.sensor.field if field is None else field}
        if overlays and asked.overlaid:
            query["with"] = [one.pk for one in asked.overlaid]
        name = name or asked.period.name
        if name:
            query["range"] = name
        else:
            query["from"], query["to"] = (_iso(ms) for ms in asked.period[:2])
        return urlencode(query, doseq=True)


def _iso(ms: int) -> str:
    return from_ms(ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")
