"""What the stations' admin says of a station in one cell. Expects its sensors with `latest`."""

from __future__ import annotations

from typing import Literal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from readings import display
from readings.models import Latest
from readings.queries import quiet_seconds
from stations.models import Contact, Sensor, Station
from stations.state import State, state_after

ShownState = State | Literal["inactive"]

SYMBOLS: dict[ShownState, str] = {
    "live": "✓",
    "late": "◷",
    "silent": "⚠",
    "waiting": "…",
    "inactive": "✕",
}
NOTHING = "–"


def state_of(station: Station, now: int) -> ShownState:
    """Return the state as pages name it; a station whose readings are refused has none."""
    if not station.is_active:
        return "inactive"
    return state_after(quiet_seconds(_heard_at(station), now), station.expected_interval_s)


def state(station: Station, now: int) -> SafeString:
    """Return a symbol and a word, so that nobody has to tell colours apart."""
    word = state_of(station, now)
    return format_html(
        '<span class="state state-{}"><span aria-hidden="true">{}</span> {}</span>',
        word,
        SYMBOLS[word],
        word,
    )


def last_seen(station: Station, now: int) -> str:
    heard_at = _heard_at(station)
    return NOTHING if heard_at is None else ago(heard_at, now)


def address(station: Station) -> str:
    """Return where a station last called from; empty when that is not known."""
    contact: Contact | None = getattr(station, "contact", None)
    return contact.address if contact else ""


def latest_values(station: Station) -> str:
    """Return what each sensor measured last, e.g. `21.5 °C`, named by its title."""
    cells = [(sensor.title, latest_value(sensor)) for sensor in station.sensors.all()]
    if not cells:
        return NOTHING
    return format_html_join(" ", '<span class="latest" title="{}">{}</span>', cells)


def latest_value(sensor: Sensor) -> str:
    latest = _latest_of(sensor)
    if latest is None or latest.value is None:
        return NOTHING
    viewer_unit = settings.DEFAULT_TEMPERATURE_UNIT
    value = display.in_unit(latest.value, sensor.quantity, viewer_unit)
    unit = display.unit_label(sensor.quantity, sensor.unit, viewer_unit)
    return f"{display.number(value, sensor.quantity)} {unit}".rstrip()


def latest_value_and_time(sensor: Sensor, now: int) -> str:
    latest = _latest_of(sensor)
    if latest is None or latest.measured_at is None:
        return latest_value(sensor)
    value = format_html('<span class="latest">{}</span>', latest_value(sensor))
    return format_html("{} {}", value, ago(latest.measured_at, now))


def _heard_at(station: Station) -> int | None:
    latests = (_latest_of(sensor) for sensor in station.sensors.all())
    return max((latest.received_at for latest in latests if latest), default=None)


def _latest_of(sensor: Sensor) -> Latest | None:
    return getattr(sensor, "latest", None)


def ago(ms: int, now: int) -> SafeString:
    """Return how long ago it was; the exact time shows on hover."""
    at = display.moment(ms, ZoneInfo(settings.TIME_ZONE)).replace(microsecond=0)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(),
        at.strftime("%Y-%m-%d %H:%M:%S %Z"),
        display.ago(max(0, now - ms) / 1000),
    )
