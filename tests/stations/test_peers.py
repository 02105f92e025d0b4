"""Whose request it is."""

from __future__ import annotations

import pytest

from stations.peers import address_bytes, client_address, is_proxy, parse_proxies

PROXIES = parse_proxies(["127.0.0.1", "::1", "10.0.0.0/24"])
PROXY = "127.0.0.1"


def test_without_a_proxy_nothing_that_is_forwarded_counts() -> None:
    assert client_address("192.168.1.9", "1.1.1.1", PROXIES) == "192.168.1.9"


def test_with_no_proxies_at_all_the_machine_itself_is_not_believed() -> None:
    assert client_address(PROXY, "1.1.1.1", ()) == PROXY


@pytest.mark.parametrize(
    ("forwarded_for", "found"),
    [
        ("", PROXY),
        ("192.168.1.9", "192.168.1.9"),
        (" 192.168.1.9 ", "192.168.1.9"),
        ("192.168.1.9:4711", "192.168.1.9"),
        ("[2001:db8::7]:4711", "2001:db8::7"),
        ("2001:DB8::7", "2001:db8::7"),
        ("::ffff:192.168.1.9", "192.168.1.9"),
        ("9.9.9.9, 192.168.1.9", "192.168.1.9"),
        ("9.9.9.9,8.8.8.8, 192.168.1.9", "192.168.1.9"),
        ("9.9.9.9, 192.168.1.9, 10.0.0.3", "192.168.1.9"),
        ("192.168.1.9, 10.0.0.3, 10.0.0.4", "192.168.1.9"),
        ("unknown", PROXY),
        ("9.9.9.9, unknown", PROXY),
        ("9.9.9.9, unknown, 10.0.0.3", "10.0.0.3"),
        ("9.9.9.9,", PROXY),
        ("10.0.0.3", "10.0.0.3"),
        ("127.0.0.1\u0661", PROXY),
    ],
)
def test_behind_a_proxy_the_last_stranger_counts(forwarded_for: str, found: str) -> None:
    assert client_address(PROXY, forwarded_for, PROXIES) == found


def test_a_proxy_is_known_by_its_mapped_address_too() -> None:
    assert client_address("::ffff:127.0.0.1", "192.168.1.9", PROXIES) == "192.168.1.9"


@pytest.mark.parametrize(
    ("address", "is_trusted"),
    [("10.0.0.255", True), ("10.0.1.0", False), ("::1", True), ("", False), ("nonsense", False)],
)
def test_a_proxy_is_an_address_or_in_a_network(address: str, is_trusted: bool) -> None:
    assert is_proxy(address, PROXIES) is is_trusted


def test_a_star_believes_everybody() -> None:
    everybody = parse_proxies(["*"])
    assert is_proxy("8.8.8.8", everybody) and is_proxy("2001:db8::1", everybody)


def test_what_is_no_address_is_no_proxy() -> None:
    with pytest.raises(ValueError, match=r"proxy\.lan"):
        parse_proxies(["proxy.lan"])


def test_blanks_name_nobody() -> None:
    assert parse_proxies([" ", ""]) == ()


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("192.168.1.9", "192.168.1.10", False),
        ("192.168.1.9", "::ffff:192.168.1.9", True),
        ("2001:db8:0:1::7", "2001:db8:0:1:ffff::1", True),
        ("2001:db8:0:1::7", "2001:db8:0:2::7", False),
        ("fe80::1%eth0", "fe80::2", True),
    ],
)
def test_one_household_is_one_client(one: str, other: str, is_same: bool) -> None:
    assert (address_bytes(one) == address_bytes(other)) is is_same
