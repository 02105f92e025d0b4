"""Where each series of a file goes: to a station that is there, to a new one, or nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from history.imports.items import Source, Unreadable
from readings import units
from readings.locks import write_transaction
from readings.values import InvalidValue, parse_field
from stations import verbs
from stations.models import Sensor, Station

# From a series' name to "STATION:FIELD"; "" leaves it out.
Chosen = Mapping[str, str]


class BadChoice(Unreadable):
    """A series cannot go where it is sent. The file itself is good."""


@dataclass(slots=True)
class Target:
    """What becomes of one series. `reason` says why it is left out; then it has no station."""

    field: int
    station: Station | None = None
    new_name: str = ""
    reason: str = ""
    sensor: Sensor | None = None

    @property
    def is_left_out(self) -> bool:
        return self.station is None and not self.new_name

    @property
    def title(self) -> str:
        """Say where it goes, for a person."""
        if self.is_left_out:
            return "left out"
        station = str(self.station) if self.station else f"{self.new_name} (new)"
        return f"{station}, field {self.field}{'' if self.sensor else ' (new)'}"


def parse_choices(texts: Iterable[str]) -> dict[str, str]:
    """Return what `FIELD=STATION:FIELD` texts say; raise `Unreadable` for another form."""
    chosen = {}
    for text in texts:
        name, _, target = text.partition("=")
        if not name.strip() or (target and ":" not in target):
            raise Unreadable(f"--map {text}: write it as FIELD=STATION:FIELD, field1=Attic:1")
        chosen[name.strip()] = target.strip()
    return chosen


def check(chosen: Chosen) -> None:
    """Raise `BadChoice` when a series cannot go where it is sent."""
    for name, text in chosen.items():
        if text:
            _place(name, text)


def target_of(source: Source, chosen: Chosen) -> Target:
    """Return where a series goes; raises `BadChoice` for a choice that cannot be."""
    for name in (source.name, f"field{source.field}", str(source.field)):
        if name in chosen:
            return _chosen(source, chosen[name])
    station = _known_station(source)
    if station is not None:
        return _into(station, source.field, source)
    if source.mac:
        return Target(source.field, new_name=_free_name(source.station or f"Board {source.mac}"))
    if source.station:
        reason = f"no station is called {source.station!r}: add it first, or choose another"
    else:
        reason = "the file does not say which station it is of: choose one"
    return Target(source.field, reason=reason)


def _chosen(source: Source, text: str) -> Target:
    if not text:
        return Target(source.field, reason="left out by choice")
    station, field = _place(source.name, text)
    return _into(station, field, source)


def _place(name: str, text: str) -> tuple[Station, int]:
    identifier, _, field = text.rpartition(":")
    try:
        return verbs.find_station(identifier), parse_field(field)
    except Station.DoesNotExist as error:
        raise BadChoice(
            f"{name}={text}: there is no station {identifier!r}. Add it with add_station."
        ) from error
    except InvalidValue as error:
        raise BadChoice(f"{name}={text}: the field is a number from 1 to 99.") from error


def _known_station(source: Source) -> Station | None:
    by_mac = Station.objects.filter(mac=source.mac).first() if source.mac else None
    if by_mac is None and source.station:
        return Station.objects.filter(name=source.station).first()
    return by_mac


def _into(station: Station, field: int, source: Source) -> Target:
    sensor = Sensor.objects.filter(station=station, field=field).first()
    if sensor and source.quantity and sensor.quantity != source.quantity:
        reason = f"it is {source.quantity}, but field {field} of {station} is {sensor.quantity}"
        return Target(field, reason=f"{reason}: choose another field")
    return Target(field, station, sensor=sensor)


def _free_name(wanted: str) -> str:
    """Return a name that no station has."""
    wanted = wanted.strip()[:60]
    taken, number = set(Station.objects.values_list("name", flat=True)), 1
    name = wanted
    while name in taken:
        number += 1
        name = f"{wanted[:55]} {number}"
    return name


def make(source: Source, target: Target) -> None:
    """Add the station and the sensor that a series needs and that are not there yet."""
    with write_transaction():
        if target.station is None:
            target.station = _registered(source, target)
        if target.sensor is None:
            quantity = source.quantity
            unit = units.CANONICAL.get(quantity, source.unit)
            target.sensor = verbs.describe_sensor(
                target.station.pk, target.field, quantity, unit, source.label
            )


def _registered(source: Source, target: Target) -> Station:
    """Return a new station, or the one that another series of the same board made."""
    found = Station.objects.filter(mac=source.mac).first()
    if found is not None:
        return found
    return verbs.register_station(
        _free_name(target.new_name), source.mac, api_key=source.api_key
    ).station
