"""Browsers that asked to be told: who may ask, how many, and what they are sent."""

from __future__ import annotations

import hashlib
import ipaddress
import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from alerts.models import Browser, Channel
from alerts.webpush import message
from readings.locks import write_transaction
from readings.times import now_ms
from viewers.models import HouseholdLink

MOST_BROWSERS = 50
_LONGEST_ENDPOINT = 1_000
CHANNEL_NAME = "Browsers"


class CannotSubscribe(Exception):
    """The browser cannot be told. The message says why, to whoever sits before it."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a browser gave, and who looked with it."""

    endpoint: str
    p256dh: str
    auth: str
    origin: str = ""
    viewer: str = ""
    label: str = ""
    language: str = ""
    unit: str = "C"


def subscribe(asked: Subscription) -> Browser:
    """Keep a browser's subscription, or bring it up to date; the channel comes with the first."""
    _check(asked)
    with write_transaction():
        digest = _digest(asked.endpoint)
        known = Browser.objects.filter(digest=digest).exists()
        if not known and Browser.objects.count() >= MOST_BROWSERS:
            raise CannotSubscribe(
                _("Too many browsers are told already. Have some removed in the administration.")
            )
        Channel.objects.get_or_create(
            way=Channel.Way.BROWSERS, defaults={"name": CHANNEL_NAME, "shown_as": "Web Push"}
        )
        values = {name: getattr(asked, name) for name in Subscription.__dataclass_fields__}
        made = {"created_at": now_ms()}
        return Browser.objects.update_or_create(
            digest=digest, defaults=values, create_defaults=values | made
        )[0]


def unsubscribe(endpoint: str) -> None:
    """Forget a browser; only it knows its endpoint."""
    with write_transaction():
        Browser.objects.filter(digest=_digest(endpoint)).delete()


def may_still_look(browser: Browser) -> bool:
    """False when whoever subscribed may not look at the dashboard any more."""
    kind, _colon, number = browser.viewer.partition(":")
    if kind == "user":
        users = get_user_model()._default_manager
        return users.filter(pk=number, is_active=True).exists()
    if kind == "link" and HouseholdLink.objects.filter(pk=number).exists():
        return True
    return bool(settings.PUBLIC_DASHBOARD)


def payload(title: str, body: str, tag: str) -> bytes:
    """Return a notification as the service worker takes it, short enough for a push service."""
    while True:
        text = json.dumps({"title": title, "body": body, "tag": tag}, ensure_ascii=False).encode()
        if len(text) <= message.MOST_BYTES:
            return text
        body = body[: len(body) // 2].rstrip() + "…"


def _check(asked: Subscription) -> None:
    try:
        parts = urlsplit(asked.endpoint)
        host, _port = parts.hostname or "", parts.port
        message.recipient(asked.p256dh, asked.auth)
    except ValueError as error:
        raise CannotSubscribe(_("The browser sent no subscription that can be used.")) from error
    is_long = len(asked.endpoint) > _LONGEST_ENDPOINT
    if parts.scheme != "https" or is_long or parts.username or not _is_named(host):
        raise CannotSubscribe(_("The browser's push service has no address that can be used."))


def _is_named(host: str) -> bool:
    """True for a name. Where it leads to is looked at when something is sent there."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(host)
    return False


def _digest(endpoint: str) -> str:
    return hashlib.sha256(endpoint.encode("utf-8", "surrogatepass")).hexdigest()
