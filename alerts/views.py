"""The household's page of alerts, and how a browser asks to be told. HTTP only."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alerts import browsers, listing
from alerts.browsers import CannotSubscribe, Subscription
from alerts.user_agents import label_of
from alerts.webpush import vapid
from readings.times import now_ms
from viewers.access import viewer_required, viewing_link
from viewers.preferences import viewer_unit

logger = logging.getLogger("alerts")

_SERVICE_WORKER = Path(__file__).with_name("service_worker.js")
_MOST_BYTES = 5_000
_FIELDS = {"endpoint": 2_000, "p256dh": 200, "auth": 100}


@require_safe
@viewer_required
def show_alerts(request: HttpRequest) -> HttpResponse:
    """What is wrong now, what happened lately, and whether this browser is told."""
    unit, is_operator = viewer_unit(request), bool(getattr(request.user, "is_staff", False))
    context = {
        "standing": listing.standing(unit, for_operator=is_operator),
        "recent": listing.recent(now_ms(), unit, for_operator=is_operator),
        "push_key": _push_key(),
    }
    response = render(request, "alerts/alerts.html", context)
    add_never_cache_headers(response)
    return response


@require_POST
@viewer_required
def subscribe(request: HttpRequest) -> HttpResponse:
    """Keep the subscription that a browser sends as JSON."""
    try:
        given = _given(request)
        browsers.subscribe(
            Subscription(
                **given,
                origin=f"{request.scheme}://{request.get_host()}"[:200],
                viewer=_viewer(request),
                label=label_of(request.headers.get("User-Agent", "")),
                language=(get_language() or "")[:12],
                unit=viewer_unit(request),
            )
        )
    except CannotSubscribe as error:
        return JsonResponse({"text": str(error)}, status=400)
    return JsonResponse({"text": _("This browser is told.")})


@require_POST
@viewer_required
def unsubscribe(request: HttpRequest) -> HttpResponse:
    """Forget the browser with the endpoint that it sends."""
    try:
        browsers.unsubscribe(_given(request, "endpoint")["endpoint"])
    except CannotSubscribe as error:
        return JsonResponse({"text": str(error)}, status=400)
    return JsonResponse({"text": _("This browser is told no longer.")})


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script that shows notifications; at the root, so that it is for the whole site."""
    response = HttpResponse(_SERVICE_WORKER.read_bytes(), content_type="text/javascript")
    response.headers["Content-Security-Policy"] = "default-src 'none'"
    response.headers["Cache-Control"] = "no-cache"
    return response


def _push_key() -> str:
    """Return what a browser subscribes for; nothing where that is broken: the list still helps."""
    try:
        return vapid.public_key()
    except vapid.NoKey as error:
        logger.error("No browser can be told. %s", error)
        return ""


def _given(request: HttpRequest, *names: str) -> dict[str, str]:
    """Return texts out of the JSON that a browser sent; raise `CannotSubscribe` without them."""
    try:
        given: Any = json.loads(request.body[:_MOST_BYTES])
        found = {name: given[name] for name in names or _FIELDS}
    except (ValueError, KeyError, TypeError) as error:
        raise CannotSubscribe(_("The browser sent no subscription that can be used.")) from error
    if not all(isinstance(text, str) and len(text) <= _FIELDS[n] for n, text in found.items()):
        raise CannotSubscribe(_("The browser sent no subscription that can be used."))
    return found


def _viewer(request: HttpRequest) -> str:
    if request.user.is_authenticated:
        return f"user:{request.user.pk}"
    link = viewing_link(request)
    return f"link:{link.pk}" if link else ""
