"""Pages for the household. HTTP only."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET, require_safe

from dashboard.cards import Snapshot
from dashboard.night import is_night
from readings.times import now_ms
from viewers.access import viewer_required
from viewers.preferences import hidden_stations, viewer_unit

ContextOf = Callable[[HttpRequest, Snapshot, str], dict[str, object]]


@require_safe
@viewer_required
def dashboard(request: HttpRequest) -> HttpResponse:
    """The household's page: one card per station."""
    snapshot = _snapshot(request)
    context = _context(request, snapshot, _etag(snapshot))
    return _private(render(request, "dashboard/dashboard.html", context))


@require_GET
@viewer_required
def cards(request: HttpRequest) -> HttpResponse:
    """The part of the dashboard that refreshes itself; 304 while nothing changed."""
    snapshot = _snapshot(request)
    return _news(request, "dashboard/_cards.html", snapshot, _etag(snapshot), _context)


@require_safe
@viewer_required
def wall(request: HttpRequest) -> HttpResponse:
    """The page for a screen on a wall: read across the room, touched by nobody."""
    snapshot = _snapshot(request)
    context = _wall_context(request, snapshot, _wall_etag(snapshot))
    return _private(render(request, "dashboard/wall.html", context))


@require_GET
@viewer_required
def wall_cards(request: HttpRequest) -> HttpResponse:
    """The part of the wall's page that refreshes itself; 304 while nothing changed."""
    snapshot = _snapshot(request)
    return _news(request, "dashboard/_wall.html", snapshot, _wall_etag(snapshot), _wall_context)


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone needs to put the dashboard on its home screen."""
    return render(
        request, "dashboard/manifest.webmanifest", content_type="application/manifest+json"
    )


def _snapshot(request: HttpRequest) -> Snapshot:
    return Snapshot(now_ms(), viewer_unit(request), hidden_stations(request))


def _news(
    request: HttpRequest, template: str, snapshot: Snapshot, etag: str, context_of: ContextOf
) -> HttpResponse:
    """Render a part unless the page that asks has it already."""
    if request.headers.get("If-None-Match") == etag:
        return _private(HttpResponseNotModified(headers={"ETag": etag}))
    response = render(request, template, context_of(request, snapshot, etag))
    response.headers["ETag"] = etag
    return _private(response)


def _context(request: HttpRequest, snapshot: Snapshot, etag: str) -> dict[str, object]:
    return {
        "dashboard": snapshot.dashboard(),
        "refresh_headers": json.dumps({"If-None-Match": etag}),
        "unit": snapshot.unit,
        "host": request.get_host(),
    }


def _wall_context(request: HttpRequest, snapshot: Snapshot, etag: str) -> dict[str, object]:
    own = {"is_night": is_night(snapshot.now, ZoneInfo(settings.TIME_ZONE)), "look": _look()}
    return _context(request, snapshot, etag) | own


def _wall_etag(snapshot: Snapshot) -> str:
    """Night falls on the hour, which the signature knows; a new version looks different."""
    return f'"{snapshot.signature()}-{zlib.crc32(_look().encode()):x}"'


def _look() -> str:
    """Return what changes with a new version of the server: a wall then loads all of it anew."""
    return static("dashboard/wall.css")


def _etag(snapshot: Snapshot) -> str:
    return f'"{snapshot.signature()}"'


def _private(response: HttpResponse) -> HttpResponse:
    """Pages show one household's home to one viewer: no shared cache may keep them."""
    response.headers["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Cookie"])
    return response
