"""Sends one delivery: the event as a message, by the way of its channel."""

from __future__ import annotations

import base64
from typing import cast

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from alerts import browsers
from alerts.models import Browser, Delivery, Kind
from alerts.outgoing import dispatch
from alerts.outgoing.outcomes import Outcome
from alerts.sentences import Sentences, sentences
from alerts.webpush import message, vapid
from readings.times import now_ms
from readings.units import TemperatureUnit

_KEPT_FOR_S = 86_400  # by the push service, for a phone that is off


def send(delivery: Delivery) -> Outcome:
    """Send it now and wait for the outcome. Writes nothing."""
    if delivery.browser is not None:
        return _push(delivery, delivery.browser)
    channel = delivery.channel
    unit = cast(TemperatureUnit, settings.DEFAULT_TEMPERATURE_UNIT)
    with translation.override(settings.LANGUAGE_CODE):
        text = sentences(delivery.event, unit)
        if delivery.may_have_arrived:
            again = _("(Sent again: the server was stopped while it sent this.)")
            text = Sentences(text.title, f"{text.body} {again}".strip())
    return dispatch.tell(
        channel.url, text.title, text.body or text.title, is_in_house=channel.is_in_house
    )


def _push(delivery: Delivery, browser: Browser) -> Outcome:
    if not browsers.may_still_look(browser):
        text = "Whoever subscribed with that browser may look no longer."
        return Outcome(is_ok=False, text=text, is_gone=True)
    with translation.override(browser.language or settings.LANGUAGE_CODE):
        told = sentences(delivery.event, cast(TemperatureUnit, browser.unit))
    if delivery.event.kind == Kind.TROUBLE:
        told = Sentences(told.title, "")  # paths and commands are the operator's
    # A browser replaces what it shows with the same tag: nothing is there twice.
    body = browsers.payload(told.title, told.body, delivery.event.cause)
    encrypted = message.encrypt(body, message.recipient(browser.p256dh, browser.auth))
    return dispatch.push(
        browser.endpoint,
        _headers(browser, delivery),
        base64.b64encode(encrypted).decode(),
        is_in_house=delivery.channel.is_in_house,
    )


def _headers(browser: Browser, delivery: Delivery) -> dict[str, str]:
    return {
        "Authorization": vapid.authorization(browser.endpoint, browser.origin, now_ms()),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(_KEPT_FOR_S),
        "Urgency": "high" if delivery.event.is_raised else "normal",
        "User-Agent": "iotserver",
    }
