"""Where boards reach this server."""

from __future__ import annotations

import socket

from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port

_THIS_MACHINE = ("localhost", "127.0.0.1", "[::1]")  # no board reaches the server there


def server_for_boards(request: HttpRequest) -> str:
    """Return the address to put into config.py: the one of this page, where boards reach it.

    Plain HTTP: small boards verify no certificate.
    """
    host = request.get_host()
    if split_domain_port(host)[0] in _THIS_MACHINE:
        host = f"{_lan_address()}:{settings.PORT}"
    return f"http://{host}"


def _lan_address() -> str:
    """Return this machine's address in the house; asking the routing table sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])
