"""The JSON batch as requests: one in, one reply out, whatever server stands in front."""

from __future__ import annotations

from django.conf import settings

from readings import device_replies, rates
from readings.clock import trusted_now_ms
from readings.device_replies import DeviceReply
from readings.device_requests import count, extra_headers, log_refusal
from readings.device_wire import DeviceRequest
from readings.dialects import json_batch
from readings.measurements import Submission
from readings.outcomes import CannotStore, Outcome, Refused

_POST_ONLY = Refused(405, "POST only", "wrong method")
_NOT_JSON = Refused(415, "send application/json, not compressed", "wrong content type")
_TOO_LARGE = Refused(
    413, f"at most {json_batch.LARGEST_BODY // 1024} kB at a time", "body too large"
)


def refuse_unread(request: DeviceRequest) -> Refused | None:
    """Refuse what need not even be read, before its body is."""
    unheard = rates.refused_too_often(request.address)
    if unheard is not None:
        return unheard
    refused = _objection(request)
    return rates.count_refusal(request.address, refused) if refused else None


def _objection(request: DeviceRequest) -> Refused | None:
    if request.method != "POST":
        return _POST_ONLY
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if kind != "application/json" or encoding != "identity":
        return _NOT_JSON
    length = request.headers.get("content-length", "0")
    is_large = length.isdigit() and int(length[:20]) > json_batch.LARGEST_BODY
    return _TOO_LARGE if is_large else None


def read(request: DeviceRequest, body: bytes) -> Submission | Refused:
    """Turn a request and its body into a submission, or refuse it."""
    if len(body) > json_batch.LARGEST_BODY:
        return rates.count_refusal(request.address, _TOO_LARGE)
    try:
        times = json_batch.Times(trusted_now_ms(), settings.MAX_READING_AGE_DAYS * 86_400)
        found = json_batch.parse(body, _bearer(request), times)
    except CannotStore as error:
        return error.refused
    except json_batch.Malformed as error:
        refused = Refused(400, str(error), "malformed body")
        return rates.count_refusal(request.address, refused)
    return found._replace(address=request.address)


def _bearer(request: DeviceRequest) -> str:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def answer(request: DeviceRequest, outcome: Outcome) -> DeviceReply:
    """Render the reply to an outcome as JSON."""
    count(outcome)
    if isinstance(outcome, Refused):
        log_refusal(request, outcome, "a sender of a batch")
    status, text = json_batch.reply(outcome)
    reply = device_replies.render(status, "application/json", text, *extra_headers(outcome, "POST"))
    return reply._replace(body=b"") if request.method == "HEAD" else reply
