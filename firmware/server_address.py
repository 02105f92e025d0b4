"""Where boards reach this server."""

from __future__ import annotations

from django.http import HttpRequest

from stations.address import host_for_others


def server_for_boards(request: HttpRequest) -> str:
    """Return the address to put into config.py: the one of this page, where boards reach it.

    Plain HTTP: small boards verify no certificate.
    """
    return f"http://{host_for_others(request.get_host())}"
