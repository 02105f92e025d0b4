"""The device URLs as Django views: for WSGI servers, `runserver` and tests."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from readings import device_requests
from readings.device_requests import DeviceRequest
from readings.outcomes import Outcome, Refused
from stations.auth import StationCache

_cache = StationCache()


@csrf_exempt  # a board carries no cookie; only GET writes, and other methods get their 405
def path_update(request: HttpRequest) -> HttpResponse:
    """Store the reading that the path carries."""
    device_request = _device_request(request)
    reply = device_requests.answer(device_request, _settle(device_request))
    return HttpResponse(reply.body, status=reply.status, headers=dict(reply.headers))


def _settle(request: DeviceRequest) -> Outcome:
    submission = device_requests.read(request)
    if isinstance(submission, Refused):
        return submission
    return device_requests.settle_or_busy(_cache, [submission])[0]


def _device_request(request: HttpRequest) -> DeviceRequest:
    return DeviceRequest(
        method=request.method or "",
        path=request.path_info,
        query=request.META.get("QUERY_STRING", ""),
        headers={name.lower(): value for name, value in request.headers.items()},
        address=request.META.get("REMOTE_ADDR", ""),
    )
