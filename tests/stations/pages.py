"""The stations' admin as its tests visit it."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

from django.test import Client
from django.urls import reverse

from stations.models import Sensor, Station

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

LIST = "/admin/stations/station/"
ADD = f"{LIST}add/"


def page_of(station: Station, page: str = "change") -> str:
    return f"{LIST}{station.pk}/{page}/"


def removal_of(sensor: Sensor) -> str:
    return reverse("admin:stations_station_remove_sensor", args=[sensor.station_id, sensor.pk])


def text_of(response: Response) -> str:
    """Return what a person reads: no tags, single spaces."""
    html = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", response.content.decode(), flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def visit(client: Client, path: str, **query: str) -> str:
    """Open a page and return its text."""
    response = client.get(path, query)
    assert response.status_code == 200, f"{path}: {response.status_code}"
    return text_of(response)


def submit(client: Client, path: str, /, **fields: Any) -> str:
    """Send a form, follow where it leads, and return that page's text."""
    return text_of(client.post(path, fields, follow=True))


def run_action(client: Client, action: str, *stations: Station, **fields: str) -> str:
    chosen = {"action": action, "_selected_action": [station.pk for station in stations]}
    return submit(client, LIST, **chosen, **fields)


def station_fields(station: Station, **changed: Any) -> dict[str, Any]:
    """Return what the change page sends when only `changed` was edited."""
    sensors = list(station.sensors.all())
    fields: dict[str, Any] = {
        "name": station.name,
        "mac": station.mac,
        "placement": station.placement,
        "expected_interval_s": station.expected_interval_s,
        "is_active": "on",
        "sensors-TOTAL_FORMS": len(sensors),
        "sensors-INITIAL_FORMS": len(sensors),
    }
    for place, sensor in enumerate(sensors):
        for name in ("id", "field", "quantity", "unit", "label"):
            fields[f"sensors-{place}-{name}"] = getattr(sensor, name)
        months = sensor.keep_raw_months
        fields[f"sensors-{place}-keep_raw_months"] = "" if months is None else months
        fields[f"sensors-{place}-station"] = station.pk
    return fields | changed
