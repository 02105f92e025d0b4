"""Where messages may go."""

from __future__ import annotations

import pytest

from alerts.outgoing.addresses import objection

_PUBLIC = ["1.1.1.1", "159.203.148.75", "2606:4700:4700::1111", "64:ff9b::101:101"]
_IN_HOUSE = [
    "127.0.0.1",
    "127.8.8.8",
    "10.0.0.5",
    "172.16.0.1",
    "192.168.178.1",
    "169.254.169.254",
    "100.64.0.1",
    "::1",
    "fe80::1%eth0",
    "fd00::5",
    "::ffff:192.168.0.1",
    "64:ff9b::c0a8:1",
    "2002:c0a8:1::",
    "2001:0:0:0:0:0:3f57:fefe",
]
_NOBODY = ["0.0.0.0", "::", "255.255.255.255", "224.0.0.1", "239.255.255.250", "ff02::1"]


@pytest.mark.parametrize("address", _PUBLIC)
@pytest.mark.parametrize("is_in_house", [True, False])
def test_public_addresses_are_allowed(address: str, is_in_house: bool) -> None:
    assert objection(address, is_in_house=is_in_house) == ""


@pytest.mark.parametrize("address", _IN_HOUSE)
def test_addresses_of_the_house_are_refused_with_what_to_do(address: str) -> None:
    assert "tick “in the house's own network”" in objection(address, is_in_house=False)


@pytest.mark.parametrize("address", _IN_HOUSE)
def test_addresses_of_the_house_are_allowed_where_that_is_meant(address: str) -> None:
    assert objection(address, is_in_house=True) == ""


@pytest.mark.parametrize("address", [*_NOBODY, "", "example.org", "1.2.3"])
@pytest.mark.parametrize("is_in_house", [True, False])
def test_what_is_no_single_machine_is_never_allowed(address: str, is_in_house: bool) -> None:
    assert objection(address, is_in_house=is_in_house)
