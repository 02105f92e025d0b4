"""Events as sentences: in the reader's language and unit, for a page or a message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from alerts.models import Event, Kind
from readings import display
from readings.times import from_ms, now_ms
from readings.units import TemperatureUnit
from stations.models import Quantity


@dataclass(frozen=True, slots=True)
class Sentences:
    """`title` says what happened, `body` more of it and what to do; it may be empty."""

    title: str
    body: str

    def __str__(self) -> str:
        return f"{self.title}. {self.body}".strip()


def sentences(event: Event, unit: TemperatureUnit) -> Sentences:
    """Return an event in the language that is active."""
    details = event.details
    if event.kind == Kind.SILENCE:
        return _silence(event.is_raised, details)
    if event.kind == Kind.THRESHOLD:
        return _threshold(event.is_raised, details, unit)
    if event.kind == Kind.ADVICE:
        title = _("Open the windows") if event.is_raised else _("Keep the windows closed")
        return Sentences(title, str(details.get("sentence", "")))
    if event.kind == Kind.TROUBLE:
        return _trouble(event.is_raised, details)
    return Sentences(_("A test"), _("Messages of this server arrive here."))


def _silence(is_silent: bool, details: dict[str, Any]) -> Sentences:
    station = details["station"]
    if not is_silent:
        title = _("%(station)s posts again") % {"station": station}
        return Sentences(title, _("It was silent for %(span)s.") % _span(details))
    body = _("It was last heard of at %(time)s. Check its power and Wi-Fi, then its key.")
    return Sentences(
        _("%(station)s is silent") % {"station": station},
        body % {"time": _time(details.get("since"))},
    )


def _threshold(is_raised: bool, details: dict[str, Any], unit: TemperatureUnit) -> Sentences:
    words = {
        "what": _what(details),
        "value": _value(details["value"], details, unit),
        "limit": _value(details["limit"], details, unit),
        **_span(details),
    }
    if not is_raised:
        title = _("%(what)s is back at %(value)s")
        body = _("It was above %(limit)s for %(span)s.")
        if not details["is_above"]:
            body = _("It was below %(limit)s for %(span)s.")
    elif details["is_above"]:
        title, body = _("%(what)s is %(value)s"), _("It has been above %(limit)s for %(span)s.")
    else:
        title, body = _("%(what)s is %(value)s"), _("It has been below %(limit)s for %(span)s.")
    return Sentences(title % words, body % words)


def _trouble(is_raised: bool, details: dict[str, Any]) -> Sentences:
    begun, over = {
        "full disk": (_("The server's disk is full"), _("The server's disk has room again")),
        "disk": (_("The server's disk is nearly full"), _("The server's disk has room again")),
        "backup": (_("The backup failed"), _("Backups work again")),
        "database": (_("The database is damaged"), _("The database is whole again")),
        "clock": (_("The server's clock is wrong"), _("The server's clock is right again")),
    }.get(
        details["trouble"],
        (
            _("The server failed at: %(task)s") % {"task": details["trouble"]},
            _("The server succeeds again at: %(task)s") % {"task": details["trouble"]},
        ),
    )
    # The operator's own words: they name files and commands, and stay as they are.
    return Sentences(begun if is_raised else over, details.get("text", "") if is_raised else "")


def _what(details: dict[str, Any]) -> str:
    """Name the sensor, e.g. `Freezer, Temperature`."""
    quantity = details["quantity"]
    label = details["sensor"] or str(
        Quantity(quantity).label if quantity in Quantity.values else quantity
    )
    return _("%(station)s, %(sensor)s") % {"station": details["station"], "sensor": label}


def _value(value: float, details: dict[str, Any], unit: TemperatureUnit) -> str:
    quantity = details["quantity"]
    shown = display.number(display.in_unit(value, quantity, unit), quantity)
    return f"{shown} {display.unit_label(quantity, details['unit'], unit)}".strip()


def _span(details: dict[str, Any]) -> dict[str, str]:
    """Return `span`, e.g. 40 minutes."""
    return {"span": display.duration(max(60, details.get("lasted_s") or 0))}


def _time(ms: int | None) -> str:
    """Return a time of day in the house's zone, with its day where that is not today."""
    if ms is None:
        return "–"
    zone = ZoneInfo(settings.TIME_ZONE)
    moment = from_ms(ms).astimezone(zone)
    clock = display.clock(ms, zone)
    if moment.date() == from_ms(now_ms()).astimezone(zone).date():
        return clock
    return f"{date_format(moment, 'SHORT_DATE_FORMAT')}, {clock}"
