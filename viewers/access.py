"""Who may look: anyone signed in, who has a household link, or all with PUBLIC_DASHBOARD."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

from viewers import cookies, guesses, links
from viewers.models import HouseholdLink

Args = ParamSpec("Args")
View = Callable[Concatenate[HttpRequest, Args], HttpResponse]

_FOUND = "_household_link"


def link_of(request: HttpRequest) -> HouseholdLink | None:
    """Return the household link that a browser opened, asking the database once a request."""
    request = getattr(request, "_request", request)  # the API wraps it
    if not hasattr(request, _FOUND):
        setattr(request, _FOUND, _find(request))
    found: HouseholdLink | None = getattr(request, _FOUND)
    return found


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


def _turned_away(request: HttpRequest) -> HttpResponse:
    if "HX-Request" in request.headers:
        response = HttpResponse(status=401, headers={"HX-Refresh": "true"})
    else:
        response = redirect_to_login(request.get_full_path())
    if cookies.link_secret(request):
        cookies.forget_link(response)  # revoked: it opens nothing any more
    return response


def _find(request: HttpRequest) -> HouseholdLink | None:
    secret = cookies.link_secret(request)
    address = request.META.get("REMOTE_ADDR", "")
    if not secret or guesses.wait_s(address):
        return None
    link = links.find_link(secret)
    if link is None:
        guesses.count(address)
    return link
