"""Who may look: anyone signed in, or anyone at all with PUBLIC_DASHBOARD."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

_Rest = ParamSpec("_Rest")
View = Callable[Concatenate[HttpRequest, _Rest], HttpResponse]


def may_view(request: HttpRequest) -> bool:
    """True for a household member, and for everyone when the dashboard is public."""
    return settings.PUBLIC_DASHBOARD or bool(request.user and request.user.is_authenticated)


def viewer_required(view: View[_Rest]) -> View[_Rest]:
    """Send strangers to the sign-in page; a page that refreshes itself goes there too."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: _Rest.args, **kwargs: _Rest.kwargs) -> HttpResponse:
        if may_view(request):
            return view(request, *args, **kwargs)
        if "HX-Request" in request.headers:
            return HttpResponse(status=401, headers={"HX-Refresh": "true"})
        return redirect_to_login(request.get_full_path())

    return guarded
