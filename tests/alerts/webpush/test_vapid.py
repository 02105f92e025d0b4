"""The statement that says to a push service who sends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from pytest_django import Settings

from alerts.webpush import base64url, vapid

_NOW = 1_790_000_000_000
_ENDPOINT = "https://push.example.org:8443/abc?d=e"


@pytest.fixture(autouse=True)
def data_dir(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


def verified(header: str) -> dict[str, object]:
    """Return the claims of an Authorization header; raises when its signature is not good."""
    statement, key = (part.partition("=")[2] for part in header.removeprefix("vapid ").split(", "))
    signed, _, signature = statement.rpartition(".")
    raw = base64url.decode(signature)
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), base64url.decode(key))
    whole = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    public.verify(whole, signed.encode(), ec.ECDSA(SHA256()))
    head, claims = (json.loads(base64url.decode(part)) for part in signed.split("."))
    assert head == {"typ": "JWT", "alg": "ES256"}
    return dict(claims)


def test_it_is_signed_with_the_key_that_browsers_subscribe_for() -> None:
    header = vapid.authorization(_ENDPOINT, "https://home.example.org", _NOW)
    verified(header)
    assert header.endswith(f", k={vapid.public_key()}")


def test_a_forged_one_would_be_found() -> None:
    header = vapid.authorization(_ENDPOINT, "https://home.example.org", _NOW)
    with pytest.raises(InvalidSignature):
        verified(header.replace("t=eyJ0", "t=eyJ1"))


def test_it_names_the_push_service_the_page_and_half_a_day() -> None:
    claims = verified(vapid.authorization(_ENDPOINT, "https://home.example.org", _NOW))
    assert claims == {
        "aud": "https://push.example.org:8443",
        "exp": _NOW // 1_000 + 43_200,
        "sub": "https://home.example.org",
    }


def test_a_page_on_plain_http_is_not_named() -> None:
    claims = verified(vapid.authorization(_ENDPOINT, "http://localhost:8000", _NOW))
    assert str(claims["sub"]).startswith("mailto:")


def test_the_key_is_for_its_owner_alone(data_dir: Path) -> None:
    vapid.public_key()
    assert (data_dir / "vapid_key.pem").stat().st_mode & 0o777 == 0o600


def test_the_key_stays_the_same(data_dir: Path) -> None:
    before = vapid.public_key()
    vapid._load.cache_clear()
    assert vapid.public_key() == before


def test_two_households_have_two_keys(settings: Settings, tmp_path: Path) -> None:
    one = vapid.public_key()
    settings.DATA_DIR = tmp_path / "other"
    assert vapid.public_key() != one


def test_a_file_without_a_key_is_named(data_dir: Path) -> None:
    (data_dir / "vapid_key.pem").write_text("")
    with pytest.raises(vapid.NoKey, match="vapid_key"):
        vapid.public_key()
