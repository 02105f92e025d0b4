"""What boards ask of this room: plain text, no redirect, no cookie, `Content-Length` always."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from firmware import access, releases, reports, verbs
from readings.clock import trusted_now_ms
from readings.outcomes import CannotStore, Refused

_LONGEST_NONCE = 32


@csrf_exempt  # a board carries no cookie: it proves itself with its key
def report(request: HttpRequest) -> HttpResponse:
    """Keep a board's hourly report; tell it the time and which version it is offered."""
    if request.method != "POST":
        return _refusal(Refused(405, "POST only", "wrong method"))
    body = request.read(reports.LARGEST_BODY + 1)
    if len(body) > reports.LARGEST_BODY:
        return _refusal(Refused(413, "report too large", "body too large"))
    try:
        found = reports.parse(body)
    except reports.Malformed as error:
        return _refusal(Refused(400, str(error), "malformed report"))
    station = access.authenticate(request, found.mac)
    if isinstance(station, Refused):
        return _refusal(station)
    board = verbs.note_report(station.pk, found)
    offered = releases.current().version if board.updates_allowed else "-"
    try:
        return _text(f"OK {trusted_now_ms()} {offered}")  # last: the time is of this moment
    except CannotStore as error:
        return _refusal(error.refused)


def manifest(request: HttpRequest) -> HttpResponse:
    """The files of the offered version, signed for the station that asks."""
    refused = _refused_get(request)
    if refused:
        return _refusal(refused)
    nonce = request.GET.get("nonce", "")
    if not (nonce.isascii() and nonce.isalnum() and len(nonce) <= _LONGEST_NONCE):
        return _refusal(Refused(400, "bad nonce", "malformed path"))
    text = releases.manifest(releases.current(), nonce, access.digest_used(request))
    return _text(text)


def firmware_file(request: HttpRequest, name: str) -> HttpResponse:
    """One file of the offered version."""
    refused = _refused_get(request)
    if refused:
        return _refusal(refused)
    if not releases.current().has(name):
        return _refusal(Refused(404, "no such file", "unknown file"))
    return _text((releases.FOLDER / name).read_text())


def _refused_get(request: HttpRequest) -> Refused | None:
    if request.method != "GET":
        return Refused(405, "GET only", "wrong method")
    station = access.authenticate(request, request.GET.get("mac", ""))
    if isinstance(station, Refused):
        return station
    board = getattr(station, "board", None)
    if board is None or not board.updates_allowed:
        return Refused(403, "updates are off for this station", "updates are off")
    return None


def _text(text: str, status: int = HTTPStatus.OK) -> HttpResponse:
    response = HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
    response["Content-Length"] = str(len(response.content))
    response["Cache-Control"] = "no-store"
    return response


def _refusal(refused: Refused) -> HttpResponse:
    response = _text(refused.reason, refused.status)
    if refused.retry_after_s:
        response["Retry-After"] = str(refused.retry_after_s)
    if refused.status == HTTPStatus.METHOD_NOT_ALLOWED:
        response["Allow"] = refused.reason.partition(" ")[0]
    return response
