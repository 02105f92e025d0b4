"""The device URLs as Django views: for WSGI servers, `runserver` and tests."""

from __future__ import annotations

import threading

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from readings import batch_requests, device_requests
from readings.device_replies import DeviceReply
from readings.device_wire import DeviceRequest
from readings.dialects import json_batch
from readings.measurements import Submission
from readings.outcomes import Outcome, Refused
from stations.auth import StationCache


class _OfThread(threading.local):
    """Each thread's own: in a shared one who learns of a change first hides it from the others."""

    def __init__(self) -> None:
        self.cache = StationCache()


_own = _OfThread()


@csrf_exempt  # a board carries no cookie; only GET writes, and other methods get their 405
def path_update(request: HttpRequest) -> HttpResponse:
    """Store the reading that the path carries."""
    device_request = _device_request(request)
    outcome = _settle(device_requests.read(device_request))
    return _response(device_requests.answer(device_request, outcome))


@csrf_exempt  # a station proves itself with its key
def batch(request: HttpRequest) -> HttpResponse:
    """Store the readings that the JSON body carries."""
    device_request = _device_request(request)
    outcome = batch_requests.refuse_unread(device_request) or _settle(
        batch_requests.read(device_request, request.read(json_batch.LARGEST_BODY + 1))
    )
    return _response(batch_requests.answer(device_request, outcome))


def _settle(submission: Submission | Refused) -> Outcome:
    if isinstance(submission, Refused):
        return submission
    return device_requests.settle_or_busy(_own.cache, [submission])[0]


def _response(reply: DeviceReply) -> HttpResponse:
    headers = {name.decode().title(): value.decode("latin-1") for name, value in reply.headers}
    return HttpResponse(reply.body, status=reply.status, headers=headers)


def _device_request(request: HttpRequest) -> DeviceRequest:
    return DeviceRequest(
        method=request.method or "",
        path=request.path_info,
        query=request.META.get("QUERY_STRING", ""),
        headers={name.lower(): value for name, value in request.headers.items()},
        address=request.META.get("REMOTE_ADDR", ""),
    )
