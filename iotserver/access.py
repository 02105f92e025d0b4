"""Who may look: anyone signed in, or anyone at all with PUBLIC_DASHBOARD."""

from __future__ import annotations

from django.conf import settings
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView


class MayView(BasePermission):
    """Reading is for the household; nothing is written through this permission."""

    message = "Sign in at /sign-in/ first."

    def has_permission(self, request: Request, view: APIView) -> bool:
        if request.method not in SAFE_METHODS:
            return False
        return settings.PUBLIC_DASHBOARD or bool(request.user and request.user.is_authenticated)
