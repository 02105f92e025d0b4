"""Which names this server answers to, where pages are made, and what they may do."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from urllib.parse import unquote

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.http.request import split_domain_port, validate_host

from iotserver.logs import keys_in
from readings import cores
from stations.peers import client_address, is_proxy

GetResponse = Callable[[HttpRequest], HttpResponse]

# Names that nobody outside a house can own (RFC 6762, RFC 8375, router habits).
_HOUSEHOLD = [
    "localhost",
    ".localhost",
    ".local",
    ".home.arpa",
    ".lan",
    ".home",
    ".internal",
    ".fritz.box",
    ".ts.net",
]

_POLICIES = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none';"
        " form-action 'self'; frame-ancestors 'none'"
    ),
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class CoreMiddleware:
    """Pages are made on any core: each has a thread of its own, which a worker's loop began."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        cores.leave()
        return self._get_response(request)


class ProxyMiddleware:
    """Whose request it is, and over which scheme: a proxy's word counts, a stranger's not."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        meta, proxies = request.META, settings.TRUSTED_PROXIES
        peer = meta.get("REMOTE_ADDR", "")
        forwarded_for = meta.pop("HTTP_X_FORWARDED_FOR", "")
        if is_proxy(peer, proxies):
            meta["REMOTE_ADDR"] = client_address(peer, forwarded_for, proxies)
        else:
            meta.pop("HTTP_X_FORWARDED_PROTO", None)
        return self._get_response(request)


class HouseholdHostMiddleware:
    """Answers to addresses and names of the house's own network, and to ALLOWED_HOSTS.

    Nothing has to be edited before the first reading, yet a foreign web site
    cannot point a domain of its own at this server and read it (DNS rebinding).
    """

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        domain, _ = split_domain_port(request.META.get("HTTP_HOST", "localhost"))
        if is_household_name(domain) or validate_host(domain, settings.EXTRA_HOSTS):
            return self._get_response(request)
        return HttpResponseBadRequest(
            "This server does not know that name. If it is yours, add it to ALLOWED_HOSTS"
            " in .env and restart.\n",
            content_type="text/plain",
        )


def is_household_name(domain: str) -> bool:
    """True for an IP address, a name without a dot, and the suffixes of home networks."""
    try:
        ipaddress.ip_address(domain.strip("[]"))
    except ValueError:
        return bool(domain) and ("." not in domain or validate_host(domain, _HOUSEHOLD))
    return True


class CookieMiddleware:
    """Leaves out cookies with a NUL: as a session's key PostgreSQL would not look it up."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        for name in [name for name, value in request.COOKIES.items() if "\0" in value]:
            del request.COOKIES[name]
        return self._get_response(request)


class RedactDebugPagesMiddleware:
    """With DEBUG, Django's error pages show the request: not the keys in address and cookie."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        if response.status_code >= 400 and not response.streaming:
            link = request.COOKIES.get(settings.LINK_COOKIE_NAME, "")
            for key in keys_in(unquote(request.get_full_path())) | {link} - {""}:
                response.content = response.content.replace(key.encode(), b"***")
        return response


class PolicyHeadersMiddleware:
    """Nothing loads from anywhere else, and no script or style stands in a page."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        for name, value in _POLICIES.items():
            response.headers.setdefault(name, value)
        return response
