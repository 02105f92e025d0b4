"""Where this server is reached from the household's network."""

from __future__ import annotations

import socket

from django.conf import settings
from django.http.request import split_domain_port

_THIS_MACHINE = ("localhost", "127.0.0.1", "[::1]")


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


def host_for_others(host: str) -> str:
    """Return the host of a request, or this machine's address where only it knows that name."""
    if not is_for_this_machine_alone(host):
        return host
    port = split_domain_port(host)[1]
    return f"{lan_address()}:{port}" if port else lan_address()


def is_for_this_machine_alone(host: str) -> bool:
    return split_domain_port(host)[0] in _THIS_MACHINE
