"""Pages for the household. HTTP only."""

from __future__ import annotations

import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET, require_POST, require_safe

from readings.access import viewer_required
from readings.cards import Snapshot
from readings.times import now_ms
from readings.units import TemperatureUnit

UNIT_COOKIE = "temperature_unit"
_YEAR_S = 365 * 86_400


@require_safe
@viewer_required
def dashboard(request: HttpRequest) -> HttpResponse:
    """The household's page: one card per station."""
    snapshot = _snapshot(request)
    context = _context(request, snapshot, _etag(snapshot))
    return _private(render(request, "readings/dashboard.html", context))


@require_GET
@viewer_required
def cards(request: HttpRequest) -> HttpResponse:
    """The part of the dashboard that refreshes itself; 304 while nothing changed."""
    snapshot = _snapshot(request)
    etag = _etag(snapshot)
    if request.headers.get("If-None-Match") == etag:
        return _private(HttpResponseNotModified(headers={"ETag": etag}))
    response = render(request, "readings/_cards.html", _context(request, snapshot, etag))
    response.headers["ETag"] = etag
    return _private(response)


@require_POST
def set_unit(request: HttpRequest) -> HttpResponse:
    """Remember on this device whether to show Celsius or Fahrenheit."""
    response = HttpResponseRedirect(reverse("dashboard"), status=303)
    unit = "F" if request.POST.get("unit") == "F" else "C"
    response.set_cookie(
        UNIT_COOKIE, unit, max_age=_YEAR_S, samesite="Lax", httponly=True, secure=settings.HTTPS
    )
    return response


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone needs to put the dashboard on its home screen."""
    return render(
        request, "readings/manifest.webmanifest", content_type="application/manifest+json"
    )


def viewer_unit(request: HttpRequest) -> TemperatureUnit:
    """Return this viewer's unit, the house's default until one was chosen."""
    chosen = request.COOKIES.get(UNIT_COOKIE, settings.DEFAULT_TEMPERATURE_UNIT)
    return "F" if chosen == "F" else "C"


def _snapshot(request: HttpRequest) -> Snapshot:
    return Snapshot(now_ms(), viewer_unit(request))


def _context(request: HttpRequest, snapshot: Snapshot, etag: str) -> dict[str, object]:
    return {
        "dashboard": snapshot.dashboard(),
        "refresh_headers": json.dumps({"If-None-Match": etag}),
        "unit": snapshot.unit,
        "host": request.get_host(),
    }


def _etag(snapshot: Snapshot) -> str:
    return f'"{snapshot.signature()}"'


def _private(response: HttpResponse) -> HttpResponse:
    """Pages show one household's home to one viewer: no shared cache may keep them."""
    response.headers["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Cookie"])
    return response
