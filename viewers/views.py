"""How a viewer chooses. HTTP only."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from viewers.preferences import UNIT_COOKIE

_YEAR_S = 365 * 86_400


@require_POST
def set_unit(request: HttpRequest) -> HttpResponse:
    """Remember on this device whether to show Celsius or Fahrenheit."""
    response = HttpResponseRedirect(reverse("dashboard"), status=303)
    unit = "F" if request.POST.get("unit") == "F" else "C"
    response.set_cookie(
        UNIT_COOKIE, unit, max_age=_YEAR_S, samesite="Lax", httponly=True, secure=settings.HTTPS
    )
    return response
