"""Whose request it is: the peer's address, or what a trusted proxy says of it. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from functools import lru_cache

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
Proxies = tuple[IPNetwork, ...]


def parse_proxies(names: Iterable[str]) -> Proxies:
    """Return addresses and networks as networks; `*` is everybody. Raises `ValueError`."""
    proxies: list[IPNetwork] = []
    for name in filter(None, (one.strip() for one in names)):
        both = ("0.0.0.0/0", "::/0") if name == "*" else (name,)
        proxies += [ipaddress.ip_network(one, strict=False) for one in both]
    return tuple(proxies)


def client_address(peer: str, forwarded_for: str, proxies: Proxies) -> str:
    """Return whose request it is, reading X-Forwarded-For from its end.

    Each proxy adds whom it heard; what stands before the first that is no proxy of
    ours was written by a stranger and counts for nothing.
    """
    address = peer
    for hop in reversed(forwarded_for.split(",") if forwarded_for else ()):
        if not is_proxy(address, proxies):
            break
        found = _address(hop)
        if found is None:
            break  # "unknown" or rubbish: all that is certain is who sent it
        address = str(found)
    return address


@lru_cache(1_024)
def is_proxy(address: str, proxies: Proxies) -> bool:
    """True for one whose X-Forwarded-... headers are believed."""
    found = _address(address)
    return found is not None and any(found in network for network in proxies)


def address_bytes(address: str) -> bytes:
    """Return what identifies a client: 4 bytes of IPv4, or the 8 of an IPv6 network.

    A household has a whole /64 and may change addresses at will.
    """
    found = _address(address)
    if found is None:
        return b""
    return found.packed[:8] if found.version == 6 else found.packed


def _address(text: str) -> IPAddress | None:
    """Return an address as proxies write it: with a port, in brackets, or bare."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found
