"""What this server keeps in a viewer's browser."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from viewers.choices import Choices, from_text, to_text

UNIT, LANGUAGE, HIDDEN = "temperature_unit", "language", "hidden_stations"

# Browsers cut what is longer. Each use of a link by the hour begins it anew.
_MAX_AGE_S = 400 * 86_400


def link_secret(request: HttpRequest) -> str:
    return str(request.COOKIES.get(settings.LINK_COOKIE_NAME, ""))


def keep_link(response: HttpResponse, secret: str) -> None:
    _keep(response, settings.LINK_COOKIE_NAME, secret)


def forget_link(response: HttpResponse) -> None:
    # Browsers heed no deletion of a __Host- cookie that is not Secure itself.
    response.set_cookie(
        settings.LINK_COOKIE_NAME, "", max_age=0, httponly=True, samesite="Lax",
        secure=settings.HTTPS,
    )  # fmt: skip


def choices(request: HttpRequest) -> Choices:
    """Return what was chosen on this device. Anything may stand in a cookie."""
    unit, language = request.COOKIES.get(UNIT, ""), request.COOKIES.get(LANGUAGE, "")
    return Choices(
        unit if unit in ("C", "F") else "",
        language if language in dict(settings.LANGUAGES) else "",
        from_text(request.COOKIES.get(HIDDEN, "")),
    )


def keep_choices(response: HttpResponse, chosen: Choices) -> None:
    hidden = to_text(chosen.hidden_stations)
    for name, value in ((UNIT, chosen.unit), (LANGUAGE, chosen.language), (HIDDEN, hidden)):
        if value:
            _keep(response, name, value)
        else:
            response.delete_cookie(name, samesite="Lax")


def _keep(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=_MAX_AGE_S, samesite="Lax", httponly=True, secure=settings.HTTPS
    )
