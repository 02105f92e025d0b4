"""What a person or a program reads when a page could not be made."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from django.views import defaults

from readings import faults
from readings.faults import Fault

_AGAIN_S = 10


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 503 and what to do when database or disk are at fault, else 500.

    Django calls this inside the `except` of what went wrong.
    """
    error = sys.exc_info()[1]
    fault = faults.notice(error) if error else None
    return _unavailable(request, fault) if fault else defaults.server_error(request)


def _unavailable(request: HttpRequest, fault: Fault) -> HttpResponse:
    headers = {"Retry-After": str(_AGAIN_S), "Cache-Control": "no-store"}
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": fault.text}, status=503, headers=headers)
    page = loader.get_template("503.html").render({"text": fault.text})
    return HttpResponse(page, status=503, headers=headers)
