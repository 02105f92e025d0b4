"""Where this server is reached from the household's network."""

from __future__ import annotations

import socket

from django.conf import settings


def server_url() -> str:
    """The address to type into a phone or a board, without a slash at its end."""
    return f"http://{lan_address()}:{settings.PORT}"


def lan_address() -> str:
    """Return the address phones reach this machine at; asking the routing table sends nothing."""
    host = settings.HOST.strip("[]")
    if host not in ("0.0.0.0", "::"):
        return f"[{host}]" if ":" in host else host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])
