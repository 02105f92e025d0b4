"""Who may look: anyone signed in, or anyone at all with PUBLIC_DASHBOARD."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

View = Callable[[HttpRequest], HttpResponse]


def may_view(request: HttpRequest | Request) -> bool:
    """True for a household member, and for everyone when the dashboard is public."""
    return settings.PUBLIC_DASHBOARD or bool(request.user and request.user.is_authenticated)


def viewer_required(view: View) -> View:
    """Send strangers to the sign-in page; a page that refreshes itself goes there too."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if may_view(request):
            return view(request)
        if "HX-Request" in request.headers:
            return HttpResponse(status=401, headers={"HX-Refresh": "true"})
        return redirect_to_login(request.get_full_path())

    return guarded


class MayView(BasePermission):
    """The API's form of `may_view`: reading only."""

    message = "Sign in at /sign-in/ first."

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.method in SAFE_METHODS and may_view(request)
