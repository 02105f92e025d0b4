"""Each viewer's language, and when a household link was last used."""

from __future__ import annotations

from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language_from_request

from readings.dialects import path as path_dialect
from viewers import cookies, links
from viewers.access import viewing_link
from viewers.preferences import viewer_language

GetResponse = Callable[[HttpRequest], HttpResponse]

# For programs and for those who run the server; their own words are not translated,
# and Django's beside them in another language would be neither.
_IN_ENGLISH = ("/admin", "/api/", "/status/", "/healthz")


class LanguageMiddleware:
    """Makes pages for the household in its viewers' languages."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(_IN_ENGLISH) or path_dialect.is_ours(request.path):
            with translation.override("en"):
                return self._get_response(request)
        with translation.override(_language(request)):
            response = self._get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or "en")
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        return response


class LinkUseMiddleware:
    """Notes, by the hour, that somebody looked through a household link."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        if not cookies.link_secret(request) or response.status_code >= 400:
            return response
        link = viewing_link(request)
        if link and request.method in ("GET", "POST") and links.note_use(link):
            cookies.keep_link(response, cookies.link_secret(request))
        return response


def _language(request: HttpRequest) -> str:
    try:
        return viewer_language(request)
    except DatabaseError:  # the page will say so, in some language
        return get_language_from_request(request)
