"""Who may look: anyone signed in, who has a household link, or all with PUBLIC_DASHBOARD."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from math import ceil
from typing import Concatenate, NamedTuple, ParamSpec

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from viewers import cookies, guesses, links
from viewers.models import HouseholdLink

Args = ParamSpec("Args")
View = Callable[Concatenate[HttpRequest, Args], HttpResponse]

_FOUND = "_household_link"


class _Found(NamedTuple):
    """What a browser's secret opens. While its address has to wait, nobody knows."""

    link: HouseholdLink | None = None
    wait_s: float = 0.0


def link_of(request: HttpRequest) -> HouseholdLink | None:
    """Return the household link that a browser opened, asking the database once a request."""
    return _found(request).link


def wait_s_of(request: HttpRequest) -> float:
    """Return for how long the link in a browser is not looked up; 0 when it was."""
    return _found(request).wait_s


def viewing_link(request: HttpRequest) -> HouseholdLink | None:
    """Return the link that a viewer looks through; one who is signed in needs none."""
    link = link_of(request)
    return None if link is None or request.user.is_authenticated else link


def may_view(request: HttpRequest) -> bool:
    """True for a household member, and for everyone when the dashboard is public."""
    if settings.PUBLIC_DASHBOARD or bool(request.user and request.user.is_authenticated):
        return True
    return link_of(request) is not None


def viewer_required(view: View[Args]) -> View[Args]:
    """Send strangers to the sign-in page; a page that refreshes itself goes there too."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: Args.args, **kwargs: Args.kwargs) -> HttpResponse:
        return view(request, *args, **kwargs) if may_view(request) else _turned_away(request)

    return guarded


def ask_to_wait(request: HttpRequest, wait_s: float) -> HttpResponse:
    seconds = ceil(wait_s)
    context = {"minutes": ceil(seconds / 60)}
    response = render(request, "viewers/too_many_links.html", context, status=429)
    response.headers["Retry-After"] = str(seconds)
    return response


def _turned_away(request: HttpRequest) -> HttpResponse:
    if wait_s := wait_s_of(request):
        return ask_to_wait(request, wait_s)  # the link may well be good: it is kept
    if "HX-Request" in request.headers:
        response = HttpResponse(status=401, headers={"HX-Refresh": "true"})
    else:
        response = redirect_to_login(request.get_full_path())
    if cookies.link_secret(request):
        cookies.forget_link(response)  # revoked: it opens nothing any more
    return response


def _found(request: HttpRequest) -> _Found:
    request = getattr(request, "_request", request)  # the API wraps it
    if not hasattr(request, _FOUND):
        setattr(request, _FOUND, _find(request))
    found: _Found = getattr(request, _FOUND)
    return found


def _find(request: HttpRequest) -> _Found:
    secret = cookies.link_secret(request)
    address = request.META.get("REMOTE_ADDR", "")
    if not secret:
        return _Found()
    if wait_s := guesses.wait_s(address):
        return _Found(wait_s=wait_s)
    link = links.find_link(secret)
    if link is None:
        guesses.count(address)
    return _Found(link)
