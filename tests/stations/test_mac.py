from __future__ import annotations

import pytest

from stations.mac import InvalidMac, canonical_mac, is_hex


@pytest.mark.parametrize(
    "written",
    [
        "5c:cf:7f:0a:1b:2c",
        "5C:CF:7F:0A:1B:2C",
        "5c-cf-7f-0a-1b-2c",
        "5ccf.7f0a.1b2c",
        "5ccf7f0a1b2c",
        " 5c cf 7f 0a 1b 2c ",
    ],
)
def test_every_common_notation_is_the_same_address(written: str) -> None:
    assert canonical_mac(written) == "5c:cf:7f:0a:1b:2c"


def test_a_canonical_address_stays_as_it_is() -> None:
    assert canonical_mac(canonical_mac("5CCF7F0A1B2C")) == canonical_mac("5CCF7F0A1B2C")


@pytest.mark.parametrize(
    "written",
    [
        "",
        "5c:cf:7f:0a:1b",
        "5c:cf:7f:0a:1b:2c:3d",
        "5c:cf:7f:0a:1b:2!",
        "5c/cf/7f/0a/1b/2c",
        "5c:cf:7f:0a:1b:2c\n",
        "5c:cf:7f:0a:1b:2\N{ARABIC-INDIC DIGIT TWO}",
        "kc:cf:7f:0a:1b:2c".replace("k", "\N{KELVIN SIGN}"),
        "\ud800",
    ],
)
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(InvalidMac, match=r"12 digits, e\.g\. 5c:cf"):
        canonical_mac(written)


def test_the_tutorials_address_passes_though_it_is_not_hex() -> None:
    assert canonical_mac("6C:EF:7R:3B:9D:E8") == "6c:ef:7r:3b:9d:e8"


def test_an_address_that_hardware_can_have_is_hex() -> None:
    assert is_hex("5c:cf:7f:0a:1b:2c")


def test_the_tutorials_address_is_not_hex() -> None:
    assert not is_hex("6c:ef:7r:3b:9d:e8")
