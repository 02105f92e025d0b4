"""Signing in, and what happens after too many mistakes (django-axes counts them)."""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from stations.peers import address_bytes

_LONGEST_NAME = 150  # of an account in Django


def client_address(request: HttpRequest) -> str:
    """Return who tries to sign in; of IPv6 the network, whose addresses are all one house's."""
    packed = address_bytes(request.META.get("REMOTE_ADDR", ""))
    if not packed:
        return "0.0.0.0"  # no address at all: those are one client
    return str(ipaddress.ip_address(packed.ljust(16, b"\0") if len(packed) == 8 else packed))


def counted_name(request: HttpRequest, credentials: dict[str, Any] | None) -> str | None:
    """Return the name that mistakes are counted for, no longer than PostgreSQL has room for."""
    name = (credentials or request.POST).get("username")
    return None if name is None else str(name)[:_LONGEST_NAME]


def client_text(
    username: str, ip_address: str, user_agent: str, path_info: str, request: HttpRequest
) -> str:
    """Return what the log calls a client. Not the name: people type passwords there."""
    return ip_address


def locked_out(
    request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """Answer whoever may not try again yet."""
    wait: timedelta = settings.AXES_COOLOFF_TIME
    context = {"minutes": int(wait.total_seconds()) // 60}
    answer = render(request, "locked_out.html", context, status=429)
    answer.headers["Retry-After"] = str(int(wait.total_seconds()))
    return answer
