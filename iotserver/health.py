"""GET /healthz: can this server store a reading right now?"""

from __future__ import annotations

import logging

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from readings import clock, damage, faults
from readings.heartbeat import beat

logger = logging.getLogger(__name__)


def healthz(request: HttpRequest) -> HttpResponse:
    """200 `ok` once a row was really written and committed, else 503 and why."""
    found = trouble()
    return _plain(found or "ok", 503 if found else 200)


def trouble() -> str:
    """Return why no reading can be stored right now and what to do; empty when one can."""
    if damage.is_marked():
        return f"database: damaged. {damage.WHAT_TO_DO}"
    if wrong := clock.objection():
        return f"clock: {wrong}"
    try:
        beat("healthz")
    except (DatabaseError, OSError) as error:
        fault = faults.notice(error)
        logger.error("The database cannot be written: %s. Run manage.py doctor.", error)
        return f"database: {fault.text if fault else error}"
    return ""


def _plain(text: str, status: int) -> HttpResponse:
    headers = {"Cache-Control": "no-store"}
    return HttpResponse(text, status=status, content_type="text/plain", headers=headers)
