"""The status page. HTTP only."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_safe

from upkeep.status import status
from upkeep.status_page import page


@require_safe
def show_status(request: HttpRequest) -> HttpResponse:
    """How the server is, for those who run it."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if not request.user.is_staff:
        raise PermissionDenied
    response = render(request, "upkeep/status.html", page(status(), settings.TIME_ZONE))
    add_never_cache_headers(response)
    return response
