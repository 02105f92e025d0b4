"""GET /healthz: can this server store a reading right now?"""

from __future__ import annotations

import logging

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from readings.heartbeat import beat

logger = logging.getLogger(__name__)


def healthz(request: HttpRequest) -> HttpResponse:
    """200 `ok` once a row was really written and committed, else 503 and why."""
    try:
        beat("healthz")
    except (DatabaseError, OSError) as error:
        logger.error("The database cannot be written: %s. Run manage.py doctor.", error)
        return _plain(f"database: {error}", 503)
    return _plain("ok", 200)


def _plain(text: str, status: int) -> HttpResponse:
    headers = {"Cache-Control": "no-store"}
    return HttpResponse(text, status=status, content_type="text/plain", headers=headers)
