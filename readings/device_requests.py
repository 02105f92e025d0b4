"""Device URLs, whatever server stands in front: one request in, one reply out.

The ASGI front and the Django view both call this module, so a board cannot
tell them apart. No session, no cookie, no redirect, no compression.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from django.conf import settings
from django.db import connection
from django.template.loader import render_to_string
from django.utils import translation

from readings import callers, device_replies, faults, rates
from readings.clock import trusted_now_ms
from readings.counters import STORED, counters
from readings.device_replies import DeviceReply
from readings.device_wire import DeviceRequest
from readings.dialects import path as path_dialect
from readings.ingest import settle
from readings.measurements import Submission
from readings.outcomes import CannotStore, Outcome, Refused, Stored
from readings.times import from_ms
from stations.auth import StationCache
from stations.mac import InvalidMac, canonical_mac, is_hex
from stations.wire import is_ahead_of_its_user

logger = logging.getLogger("readings.devices")

BUSY = Refused(503, "busy, send again", "server busy")
_GET_ONLY = Refused(405, "GET only", "wrong method")
_NO_BODY = Refused(400, "no body in a GET", "GET with a body")
_PREFETCH = Refused(503, "prefetch not stored", "prefetch")
# What a person reads who opens a device URL in a browser.
_EXPLANATIONS = {
    400: "The address is not complete. It should look like"
    " /update/API_key=KEY/mac=MAC/field=1/data=21.5",
    403: "This key and MAC address do not belong to an active station."
    " Compare both with the station's page in the admin.",
    429: "Too many requests came from here. Nothing is wrong with this one:"
    " wait a minute and load the page again.",
    503: "The server could not store it just now. Load the page again.",
}


def read(request: DeviceRequest) -> Submission | Refused:
    """Turn a request into a submission, or refuse it before anyone is asked."""
    unheard = rates.refused_too_often(request.address)
    if unheard is not None:
        return unheard
    if request.method != "GET":
        return rates.count_refusal(request.address, _GET_ONLY)
    if is_ahead_of_its_user(request.headers):
        return _PREFETCH
    if _has_body(request.headers):
        # Proxies disagree where it ends: what follows might be taken for a reading.
        return rates.count_refusal(request.address, _NO_BODY)
    try:
        longest_age_s = settings.MAX_READING_AGE_DAYS * 86_400
        return path_dialect.parse(
            request.path, request.query, trusted_now_ms(), longest_age_s, request.address
        )
    except CannotStore as error:
        return error.refused
    except ValueError as error:
        reason = str(error) if isinstance(error, path_dialect.Malformed) else "bad query"
        return rates.count_refusal(request.address, Refused(400, reason, "malformed path"))


def _has_body(headers: Mapping[str, str]) -> bool:
    length = headers.get("content-length")
    return (length is not None and length.strip("0") != "") or "transfer-encoding" in headers


def settle_or_busy(cache: StationCache, submissions: Sequence[Submission]) -> list[Outcome]:
    """Settle submissions; on any failure nothing is stored and every board is asked to resend."""
    try:
        outcomes = settle(cache, submissions)
        callers.note(submissions, outcomes)
        return outcomes
    except CannotStore as error:
        return [error.refused] * len(submissions)
    except Exception as error:
        connection.close_if_unusable_or_obsolete()
        return [_refusal(error, len(submissions))] * len(submissions)


def _refusal(error: Exception, count: int) -> Refused:
    """Log why `count` readings could not be stored; return what their boards are told."""
    fault = faults.notice(error)
    if fault is None:
        logger.exception("%d readings could not be stored; boards will resend", count)
        return BUSY
    logger.error("%d readings could not be stored; boards will resend. %s", count, fault.text)
    return fault.refusal


def count(outcome: Outcome) -> None:
    """Count what was acknowledged and what was refused, for the status page."""
    if isinstance(outcome, Refused):
        counters.add(outcome.cause)
    else:
        counters.add(STORED, len(outcome.measurements))


def answer(request: DeviceRequest, outcome: Outcome) -> DeviceReply:
    """Render the reply to an outcome: one line for a board, a page for a person."""
    count(outcome)
    if isinstance(outcome, Refused):
        log_refusal(request, outcome, _claimed_mac(request.path))
    reply = _render(request, outcome)
    return reply._replace(body=b"") if request.method == "HEAD" else reply


def _render(request: DeviceRequest, outcome: Outcome) -> DeviceReply:
    status, line = path_dialect.reply(outcome)
    if "text/html" in request.headers.get("accept", ""):
        page = _page(status, line, outcome)
        return device_replies.render(status, "text/html", page, *extra_headers(outcome, "GET"))
    return device_replies.render(status, "text/plain", line, *extra_headers(outcome, "GET"))


def extra_headers(outcome: Outcome, allowed: str) -> list[tuple[str, str]]:
    """Return the headers that tell how to ask better: another method, or later."""
    if not isinstance(outcome, Refused):
        return []
    headers = [("allow", allowed)] if outcome.status == 405 else []
    if outcome.retry_after_s:
        headers.append(("retry-after", str(outcome.retry_after_s)))
    return headers


def _page(status: int, line: str, outcome: Outcome) -> str:
    context: dict[str, object] = {
        "outcome": outcome,
        "reason": line,
        "status": f"{status} {HTTPStatus(status).phrase}",
        "explanation": _EXPLANATIONS.get(status, ""),
    }
    if isinstance(outcome, Stored):
        context |= {"is_stored": True, "measured_at": from_ms(outcome.measurements[0].measured_at)}
    with translation.override("en"):  # as the lines for boards, which it repeats
        return render_to_string("readings/device_reply.html", context)


def log_refusal(request: DeviceRequest, refused: Refused, claimed: str) -> None:
    """Say who was refused and why; the path carries a key and stays out of the log."""
    if refused.status == 429:
        return  # the limit tells it by itself, once a minute
    who = refused.station or claimed
    logger.warning(
        "Refused a reading of %s from %s: %s (%s %s)",
        who,
        request.address,
        refused.cause,
        refused.status,
        refused.reason,
        extra={"station": who, "cause": refused.cause, "address": request.address},
    )


def _claimed_mac(path: str) -> str:
    """Return the MAC a path claims. What is none may well be a key in the wrong place."""
    mac = _mac_in(path, "/mac=")
    if is_hex(_mac_in(path, "API_key=")) and not is_hex(mac):
        return "a board whose key and MAC are swapped"
    return f"mac {mac}" if mac else "a board without a MAC"


def _mac_in(path: str, name: str) -> str:
    try:
        return canonical_mac(path.partition(name)[2].partition("/")[0])
    except InvalidMac:
        return ""
