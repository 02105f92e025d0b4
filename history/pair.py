"""Which thermometers are compared: inside and outside. One notion for charts and advice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from readings.queries import latest_of, quiet_seconds_of, stations_for_dashboard
from readings.times import DAY_MS, SECOND_MS
from stations.models import Placement, Quantity, Sensor, Station

# Sensors' ids, inside and outside, in the household's order.
Ids = Sequence[tuple[int, int]]

_choosers: list[Callable[[], Ids]] = []


def ask(chooser: Callable[[], Ids]) -> None:
    """Let a room above say which pairs the household is advised about."""
    _choosers.append(chooser)


def first_pair(stations: Iterable[Station], now: int) -> tuple[Sensor, Sensor] | None:
    """Return the pair of a household that chose none; None while a side has no thermometer.

    Stations come with their sensors. Real ones go before the demo, those heard of within a
    day before abandoned ones, older ones before newer ones. `now` in milliseconds.
    """
    stations = list(stations)
    inside = _first_thermometer(stations, Placement.INDOOR, now)
    outside = _first_thermometer(stations, Placement.OUTDOOR, now)
    return (inside, outside) if inside and outside else None


def pair_of(sensor: Sensor, now: int) -> tuple[Sensor, Sensor] | None:
    """Return the thermometers inside and outside to compare a sensor with its counterpart.

    The counterpart is the one that the advice compares it with; of a sensor without advice
    of its own, that of the first pair. None when there is nothing to compare.
    """
    if sensor.quantity != Quantity.TEMPERATURE:
        return None
    is_outside = sensor.station.placement == Placement.OUTDOOR
    counterpart = _advised(sensor, is_outside) or _first(not is_outside, now)
    if counterpart is None:
        return None
    return (counterpart, sensor) if is_outside else (sensor, counterpart)


def _advised(sensor: Sensor, is_outside: bool) -> Sensor | None:
    pairs = [pair for chooser in _choosers for pair in chooser()]
    if not pairs:
        return None
    own = next((pair for pair in pairs if pair[is_outside] == sensor.pk), pairs[0])
    return Sensor.objects.select_related("station").get(pk=own[not is_outside])


def _first(is_outside: bool, now: int) -> Sensor | None:
    pair = first_pair(stations_for_dashboard(), now)
    return pair[is_outside] if pair else None


def _first_thermometer(stations: Iterable[Station], placement: str, now: int) -> Sensor | None:
    found = [
        (station.is_demo, _is_abandoned(station, now), sensor.pk, sensor)
        for station in stations
        if station.placement == placement
        for sensor in station.sensors.all()
        if sensor.quantity == Quantity.TEMPERATURE and latest_of(sensor)
    ]
    return min(found)[-1] if found else None


def _is_abandoned(station: Station, now: int) -> bool:
    quiet_s = quiet_seconds_of(station, now)
    return quiet_s is None or quiet_s * SECOND_MS > DAY_MS
