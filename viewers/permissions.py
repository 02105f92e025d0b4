"""Who may use the API: whoever may look at the dashboard, and only to look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.exceptions import PermissionDenied, Throttled
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from viewers.access import may_view, wait_s_of

if TYPE_CHECKING:  # importing it here would ask for this module's class too early
    from rest_framework.views import APIView


class MayView(BasePermission):
    """Reading is for the household; nothing is written through this permission."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not may_view(request):
            if wait_s := wait_s_of(request):
                raise Throttled(wait_s, "Too many links that do not work were opened from here.")
            # Raised here, since DRF would tell a stranger nothing but "no credentials".
            raise PermissionDenied("Sign in at /sign-in/ first.")
        return request.method in SAFE_METHODS
