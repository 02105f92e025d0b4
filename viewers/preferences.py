"""What a viewer chose on this device."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from readings.units import TemperatureUnit

UNIT_COOKIE = "temperature_unit"


def viewer_unit(request: HttpRequest) -> TemperatureUnit:
    """Return this viewer's unit, the house's default until one was chosen."""
    chosen = request.COOKIES.get(UNIT_COOKIE, settings.DEFAULT_TEMPERATURE_UNIT)
    return "F" if chosen == "F" else "C"
