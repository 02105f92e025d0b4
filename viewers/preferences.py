"""What a viewer chose: kept with the household link, else on the device."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language_from_request

from readings.units import TemperatureUnit
from viewers import cookies, links
from viewers.access import viewing_link
from viewers.choices import Choices


def viewer_choices(request: HttpRequest) -> Choices:
    link = viewing_link(request)
    return links.choices_of(link) if link else cookies.choices(request)


def keep(request: HttpRequest, response: HttpResponse, chosen: Choices) -> None:
    """Keep what a viewer chose from now on."""
    link = viewing_link(request)
    if link:
        links.remember(link, chosen)
    else:
        cookies.keep_choices(response, chosen)


def viewer_unit(request: HttpRequest) -> TemperatureUnit:
    """Return this viewer's unit, the house's default until one was chosen."""
    chosen = viewer_choices(request).unit or settings.DEFAULT_TEMPERATURE_UNIT
    return "F" if chosen == "F" else "C"


def viewer_language(request: HttpRequest) -> str:
    """Return the language chosen, else one the browser asks for, else the house's."""
    chosen = viewer_choices(request).language
    return chosen if chosen in dict(settings.LANGUAGES) else get_language_from_request(request)


def hidden_stations(request: HttpRequest) -> frozenset[int]:
    """Return the stations that this viewer does not want to see on the dashboard."""
    return viewer_choices(request).hidden_stations
