"""Which addresses a message may be sent to. Pure."""

from __future__ import annotations

import ipaddress

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_EVERYBODY = ipaddress.IPv4Address("255.255.255.255")
# An IPv4 address in the clothes of IPv6 (RFC 6052): what it leads to is what counts.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def objection(address: str, *, is_in_house: bool) -> str:
    """Return why nothing may be sent to an IP address; empty when it may."""
    try:
        found = _unwrapped(ipaddress.ip_address(address.partition("%")[0]))
    except ValueError:
        return f"{address} is no address on a network."
    if found.is_multicast or found.is_unspecified or found == _EVERYBODY:
        return f"{found} is no single machine's address."
    if found.is_global or is_in_house:
        return ""
    return (
        f"The address leads into the house's own network ({found})."
        " If that is meant, tick “in the house's own network”."
    )


def _unwrapped(address: _Address) -> _Address:
    """Return the IPv4 address that one of IPv6 stands for, where it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address
