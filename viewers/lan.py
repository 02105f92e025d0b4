"""Where phones of the house reach this machine."""

from __future__ import annotations

import socket

from django.conf import settings
from django.http.request import split_domain_port

_THIS_MACHINE = ("localhost", "127.0.0.1", "[::1]")


def lan_address() -> str:
    """Return this machine's address; asking the routing table for it sends nothing."""
    host = settings.HOST.strip("[]")
    if host not in ("0.0.0.0", "::"):
        return f"[{host}]" if ":" in host else host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def host_for_phones(host: str) -> str:
    """Return the host of a request, or this machine's address where only it knows that name."""
    domain, port = split_domain_port(host)
    if domain not in _THIS_MACHINE:
        return host
    return f"{lan_address()}:{port}" if port else lan_address()


def is_for_this_machine_alone(host: str) -> bool:
    return split_domain_port(host)[0] in _THIS_MACHINE
