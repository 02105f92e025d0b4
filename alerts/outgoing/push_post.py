"""Posts an encrypted message to a browser's push service (RFC 8030)."""

from __future__ import annotations

import base64
import http.client
import ssl
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

from alerts.outgoing.outcomes import Outcome

_TIMEOUT_S = 10
_GONE = (404, 410)
_WHAT_TO_DO = {
    400: "It did not like the request. Switch notifications off and on again in that browser.",
    401: "It did not take this server's key. Switch notifications off and on in that browser.",
    403: "It did not take this server's key. Switch notifications off and on in that browser.",
    413: "The message was too long for it.",
    429: "It wants fewer messages; it is asked again later.",
}


def post(endpoint: str, headers: dict[str, str], body: str) -> Outcome:
    """Send base64 `body`; never anywhere but over HTTPS, and after no redirect."""
    parts = urlsplit(endpoint)
    if parts.scheme != "https" or not parts.hostname:
        return Outcome(is_ok=False, text="A push service is reached over HTTPS alone.")
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    connection = http.client.HTTPSConnection(
        parts.hostname, parts.port, timeout=_TIMEOUT_S, context=ssl.create_default_context()
    )
    with closing(connection):
        try:
            connection.request("POST", path, base64.b64decode(body), headers)
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            return Outcome(is_ok=False, text=f"The push service was not reached: {_short(error)}.")
    return _outcome(status)


def _outcome(status: int) -> Outcome:
    if 200 <= status < 300:
        return Outcome(is_ok=True, text="The browser's push service took it.")
    if status in _GONE:
        text = "That browser has switched notifications off."
        return Outcome(is_ok=False, text=text, is_gone=True)
    advice = _WHAT_TO_DO.get(status, "It is asked again later.")
    return Outcome(is_ok=False, text=f"The push service answered {status}. {advice}")


def _short(error: Any) -> str:
    return str(error) or type(error).__name__
