"""Says to a push service who sends (RFC 8292): a signed statement, and this server's key.

Browsers subscribe for this key alone. A new one would end every subscription, so it is
kept in DATA_DIR, readable by its owner alone, like the server's other secrets.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings

from alerts.webpush import base64url
from readings.times import SECOND_MS
from upkeep.secret_file import read_or_create

_VALID_S = 12 * 3_600  # push services take a day at the most
_NOBODY = "mailto:iotserver@example.com"  # where the page was not on HTTPS: tests on this machine


class NoKey(Exception):
    """The file is there and holds no key. The message says what to do."""


def key_file() -> Path:
    return Path(settings.DATA_DIR) / "vapid_key.pem"


def private_key() -> ec.EllipticCurvePrivateKey:
    """Return this server's key; the first to ask has it made."""
    return _load(read_or_create(key_file(), _new_key))


def public_key() -> str:
    """Return what a browser subscribes for, as base64url."""
    point = private_key().public_key()
    return base64url.encode(point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def authorization(endpoint: str, origin: str, now: int) -> str:
    """Return the header's value for a push service; `now` in milliseconds."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": now // SECOND_MS + _VALID_S,
        "sub": origin if origin.startswith("https://") else _NOBODY,
    }
    signed = f"{_part({'typ': 'JWT', 'alg': 'ES256'})}.{_part(claims)}"
    r, s = decode_dss_signature(private_key().sign(signed.encode(), ec.ECDSA(SHA256())))
    signature = base64url.encode(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return f"vapid t={signed}.{signature}, k={public_key()}"


def _part(content: dict[str, object]) -> str:
    return base64url.encode(json.dumps(content, separators=(",", ":")).encode())


def _new_key() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem.decode()


@lru_cache(maxsize=2)
def _load(pem: str) -> ec.EllipticCurvePrivateKey:
    try:
        key: object = load_pem_private_key(pem.encode(), None)
    except ValueError:
        key = None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise NoKey(f"{key_file()} holds no key for Web Push. Delete it: a new one is made.")
    return key
