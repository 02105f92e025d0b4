"""What Apprise is asked: to know an address, and to send a text to it.

Only the process of `alerts.outgoing.errand` imports this: Apprise takes 40 MB of memory.
"""

from __future__ import annotations

import logging
import re
from typing import Any
from urllib.parse import unquote, urlsplit

import apprise

from alerts.outgoing.outcomes import Outcome

_NOT_OVER_THE_NETWORK = "This kind of address stays on this machine. Use one that leaves it."
_UNKNOWN = "Apprise does not know this kind of address, or a part of it is missing."
# Schemes that talk to programs of this machine, or read a file.
_LOCAL = {"dbus", "gnome", "glib", "kde", "qt", "macosx", "windows", "syslog", "blink1"}
# Parameters that would name a file, or undo what `_asset` lays down.
_REFUSED = {"redirect", "template", "attach", "config", "include", "pgp", "pgpkey", "vapid_file"}
_SECRET_AT_LEAST = 4


def describe(url: str) -> Outcome:
    """Say which service an address is of and, where it is one's own, which host."""
    service = _service(url)
    if isinstance(service, Outcome):
        return service
    return Outcome(is_ok=True, text=_shown(service))


def tell(url: str, title: str, body: str) -> Outcome:
    """Send a text; the outcome's text is a sentence without secrets."""
    service = _service(url)
    if isinstance(service, Outcome):
        return service
    lines = _Lines()
    logging.getLogger("apprise").addHandler(lines)
    # By the service itself: Apprise's own round would start threads, retry and wait.
    is_ok = bool(service.notify(title=title, body=body, body_format="text"))
    if is_ok:
        return Outcome(is_ok=True, text=f"{service.service_name} took it.")
    said = without_secrets(lines.last or "It did not say why.", url)
    return Outcome(is_ok=False, text=f"{service.service_name} did not take it. {said}")


def without_secrets(text: str, url: str) -> str:
    """Return a text without anything that stands in an address beyond scheme and host."""
    parts = urlsplit(url)
    behind = re.split(r"[/?&=:@+,#]", url.partition("://")[2])
    words = {word for part in behind for word in (part, unquote(part))}
    known = {parts.hostname or ""} if "." in (parts.hostname or "") else set()
    for word in sorted(words - known, key=len, reverse=True):
        if len(word) >= _SECRET_AT_LEAST:
            text = text.replace(word, "***")
    return text


def _service(url: str) -> Any:
    """Return Apprise's object of an address, or the `Outcome` that says why there is none."""
    parts = urlsplit(url)
    if parts.scheme.lower() in _LOCAL:
        return Outcome(is_ok=False, text=_NOT_OVER_THE_NETWORK)
    names = {part.partition("=")[0].lower() for part in parts.query.split("&")}
    if found := sorted(names & _REFUSED):
        return Outcome(is_ok=False, text=f"Leave “{found[0]}” out of the address.")
    service = apprise.Apprise.instantiate(url, asset=_asset(), suppress_exceptions=True)
    if service is None:
        return Outcome(is_ok=False, text=_UNKNOWN)
    return service


def _asset() -> Any:
    return apprise.AppriseAsset(
        app_id="iotserver",
        app_desc="The household's weather stations",
        image_url_mask="",  # else every phone would fetch a picture from elsewhere
        http_redirects=False,
        pgp_autogen=False,
        pem_autogen=False,
        default_service_retry=0,
    )


def _shown(service: Any) -> str:
    """Name a service without its secrets. A host is named only where it is no secret itself:
    some services take their key in its place.
    """
    has_host = any("{host}" in template for template in service.templates)
    host = getattr(service, "host", "") if has_host else ""
    port = getattr(service, "port", None)
    place = f"{host}:{port}" if host and port else host
    return f"{service.service_name}, {place}" if place else str(service.service_name)


class _Lines(logging.Handler):
    """Keeps the last complaint of Apprise, which tells of errors in its log alone."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.last = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.last = record.getMessage()
