"""Cookies as they may come from anywhere."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from iotserver.middleware import CookieMiddleware


def test_a_cookie_with_a_nul_is_left_out_alone() -> None:
    """As a session's key PostgreSQL would answer it with an error, and the page with a 500."""
    seen: dict[str, str] = {}

    def page(request: HttpRequest) -> HttpResponse:
        seen.update(request.COOKIES)
        return HttpResponse()

    cookies = r'sessionid="\000\000"; temperature_unit=F'
    CookieMiddleware(page)(RequestFactory().get("/", headers={"cookie": cookies}))
    assert seen == {"temperature_unit": "F"}
