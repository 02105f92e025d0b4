"""The dashboard's cards: what is known of each station, ready to be shown."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from alerts.advice.wording import Viewer
from dashboard.advice import Shown, advice_shown
from dashboard.comparison import Place, sentence
from dashboard.sparkline import HOURS, Point, Sparkline, sparkline
from readings import display, queries
from readings.models import DaySummary
from readings.queries import Hour, latest_of
from readings.times import HOUR_MS, day_of, hour_of
from readings.units import TemperatureUnit
from stations.models import Placement, Sensor, Station
from stations.state import State

Direction = Literal["rising", "falling", "steady"]
_DIRECTIONS: dict[Direction, Promise] = {
    "rising": _("rising"),
    "falling": _("falling"),
    "steady": _("steady"),
}
_PLACEMENTS = dict(Placement.choices)
_STEADY_PER_HOUR = {"temperature": 0.2, "humidity": 2.0, "pressure": 0.3}


@dataclass(frozen=True, slots=True)
class Trend:
    direction: Direction
    rate: str

    @property
    def word(self) -> Promise:
        return _DIRECTIONS[self.direction]


@dataclass(frozen=True, slots=True)
class Extreme:
    value: str
    at: str


@dataclass(frozen=True, slots=True)
class SensorLine:
    """One sensor of a card. Values are text in the viewer's unit; `plain_value` is for programs."""

    title: str
    value: str
    plain_value: str
    unit: str
    trend: Trend | None
    low: Extreme | None
    high: Extreme | None
    chart: Sparkline | None
    chart_low: str
    chart_high: str


@dataclass(frozen=True, slots=True)
class Card:
    """One station. `main` is its temperature, or its first sensor when it has none."""

    name: str
    placement: str
    placement_name: str
    state: State
    state_name: str
    measured_at: datetime | None
    ago: str
    main: SensorLine | None
    others: list[SensorLine]
    station_id: int


@dataclass(frozen=True, slots=True)
class Dashboard:
    """`sentence` says why there is no advice, where there is none."""

    advice: list[Shown]
    sentence: str
    cards: list[Card]
    has_demo: bool


class Snapshot:
    """What is known at one instant. The signature is cheap; the cards cost three queries more."""

    def __init__(
        self, now: int, unit: TemperatureUnit, hidden: Collection[int] = frozenset()
    ) -> None:
        self.now, self.unit = now, unit
        self._zone = ZoneInfo(settings.TIME_ZONE)
        self._stations = queries.stations_for_dashboard()
        self._advice = advice_shown(self._stations, Viewer(unit, self._zone, now))
        # One who hid all that is left sees all of it again rather than nothing.
        self._shown = [s for s in self._stations if s.pk not in hidden] or self._stations

    def signature(self) -> str:
        """Return a text that changes whenever the dashboard would look different."""
        seen: list[object] = [self.unit, hour_of(self.now), day_of(self.now, self._zone)]
        seen += self._advice
        seen += [get_language(), [station.pk for station in self._shown]]
        for station in self._stations:
            seen += [
                station.pk,
                station.name,
                station.placement,
                queries.state_of(station, self.now),
            ]
            for sensor in station.sensors.all():
                latest = latest_of(sensor)
                seen += [sensor.pk, sensor.title, sensor.quantity, sensor.unit]
                seen += [latest.received_at, latest.measured_at, latest.value] if latest else []
        return hashlib.sha256(repr(seen).encode()).hexdigest()[:32]

    def dashboard(self) -> Dashboard:
        """Return everything the dashboard shows."""
        sensor_ids = [s.pk for station in self._shown for s in station.sensors.all()]
        today = day_of(self.now, self._zone)
        self._days = queries.summaries_of_day(sensor_ids, today)
        # The first hour of the window is cut in two: its mean would stand at the wrong place.
        since = self.now - (HOURS - 1) * HOUR_MS
        self._hours = queries.summaries_of_hours(sensor_ids, since, self.now)
        self._trends = queries.trends(sensor_ids, self.now)
        return Dashboard(
            advice=self._advice,
            sentence=sentence([_place(station) for station in self._stations]),
            cards=sorted(map(self._card, self._shown), key=_reading_order),
            has_demo=any(station.is_demo for station in self._shown),
        )

    def _card(self, station: Station) -> Card:
        main = main_sensor(station)
        measured = [at for latest in queries.latests_of(station) if (at := latest.measured_at)]
        newest = max(measured, default=None)
        state = queries.state_of(station, self.now)
        others = [s for s in station.sensors.all() if s is not main and latest_of(s)]
        return Card(
            name=station.name,
            placement=station.placement,
            placement_name=str(_PLACEMENTS[station.placement]),
            state=state,
            state_name=str(display.STATE_NAMES[state]),
            measured_at=display.moment(newest, self._zone) if newest else None,
            ago=display.ago(max(0, self.now - newest) / 1000) if newest else "",
            main=self._line(main, state) if main else None,
            others=[self._line(sensor, state) for sensor in others],
            station_id=station.pk,
        )

    def _line(self, sensor: Sensor, state: State) -> SensorLine:
        latest, day = latest_of(sensor), self._days.get(sensor.pk)
        chart = sparkline(self._points(sensor, self._hours.get(sensor.pk, [])))
        is_fresh = state in ("live", "late")
        value = latest.value if latest else None
        return SensorLine(
            title=sensor.title,
            value="–" if value is None else self._text(value, sensor),
            plain_value="" if value is None else self._plain(value, sensor),
            unit=display.unit_label(sensor.quantity, sensor.unit, self.unit),
            trend=self._trend(sensor) if is_fresh else None,
            low=self._extreme(sensor, day, "min"),
            high=self._extreme(sensor, day, "max"),
            chart=chart,
            chart_low=display.number(chart.low, sensor.quantity) if chart else "",
            chart_high=display.number(chart.high, sensor.quantity) if chart else "",
        )

    def _text(self, value: float, sensor: Sensor) -> str:
        shown = display.in_unit(value, sensor.quantity, self.unit)
        return display.number(shown, sensor.quantity)

    def _plain(self, value: float, sensor: Sensor) -> str:
        shown = display.in_unit(value, sensor.quantity, self.unit)
        return display.plain_number(shown, sensor.quantity)

    def _extreme(
        self, sensor: Sensor, day: DaySummary | None, which: Literal["min", "max"]
    ) -> Extreme | None:
        if day is None:
            return None
        value, at = (day.min, day.min_at) if which == "min" else (day.max, day.max_at)
        return Extreme(self._text(value, sensor), display.clock(at, self._zone))

    def _trend(self, sensor: Sensor) -> Trend | None:
        rate = self._trends.get(sensor.pk)
        if rate is None:
            return None
        if abs(rate) < _STEADY_PER_HOUR.get(sensor.quantity, 0.1):
            return Trend("steady", "")
        shown = rate * 1.8 if sensor.quantity == "temperature" and self.unit == "F" else rate
        unit = display.unit_label(sensor.quantity, sensor.unit, self.unit)
        text = f"{display.number(abs(shown), sensor.quantity)} {unit}/h"
        return Trend("rising" if rate > 0 else "falling", text)

    def _points(self, sensor: Sensor, hours: Sequence[Hour]) -> list[Point]:
        """Place each hour at its middle, the running one half way to now."""
        points = []
        for hour in hours:
            start = hour.period * HOUR_MS
            middle = (start + min(start + HOUR_MS, self.now)) / 2
            values = [display.in_unit(value, sensor.quantity, self.unit) for value in hour[1:]]
            points.append(Point((self.now - middle) / HOUR_MS, *values))
        return points


def _place(station: Station) -> Place:
    sensors = [sensor for sensor in station.sensors.all() if latest_of(sensor)]
    thermometers = [sensor for sensor in sensors if sensor.quantity == "temperature"]
    return Place(station.name, station.placement, bool(sensors), bool(thermometers))


def _reading_order(card: Card) -> tuple[bool, int, str]:
    """Inside, outside, elsewhere; those that never posted come last."""
    return card.state == "waiting", list(Placement).index(Placement(card.placement)), card.name


def main_sensor(station: Station) -> Sensor | None:
    """Return the sensor a card shows large: the first temperature, else the first."""
    sensors = list(station.sensors.all())
    temperatures = [sensor for sensor in sensors if sensor.quantity == "temperature"]
    return next(iter(temperatures or sensors), None)
