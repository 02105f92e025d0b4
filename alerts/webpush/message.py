"""Encrypts a message so that only one browser can read it (RFC 8291, aes128gcm of RFC 8188)."""

from __future__ import annotations

import os
import struct
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from alerts.webpush import base64url

# A push service takes 4096 bytes; a record of its header, its text, a delimiter and a tag.
MOST_BYTES = 4096 - 86 - 1 - 16
_RECORD_SIZE = 4096
_CURVE = ec.SECP256R1()
_LAST_RECORD = b"\x02"


class Recipient(NamedTuple):
    """What a browser gave with its subscription: its public key and a secret of 16 bytes."""

    public_key: ec.EllipticCurvePublicKey
    auth: bytes


def recipient(p256dh: str, auth: str) -> Recipient:
    """Return whom to write to, from base64url; raise `ValueError` for what is no such thing."""
    secret = base64url.decode(auth)
    if len(secret) != 16:
        raise ValueError("The secret has 16 bytes.")
    point = base64url.decode(p256dh)
    return Recipient(ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, point), secret)


def encrypt(
    text: bytes,
    to: Recipient,
    sender: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """Return the body of a push request. `sender` and `salt` are new ones but in tests."""
    if len(text) > MOST_BYTES:
        raise ValueError(f"A push message has at most {MOST_BYTES} bytes.")
    sender = sender or ec.generate_private_key(_CURVE)
    salt = salt or os.urandom(16)
    own, theirs = _point(sender.public_key()), _point(to.public_key)
    shared = sender.exchange(ec.ECDH(), to.public_key)
    key = _derive(shared, to.auth, b"WebPush: info\0" + theirs + own, 32)
    cipher = AESGCM(_derive(key, salt, b"Content-Encoding: aes128gcm\0", 16))
    nonce = _derive(key, salt, b"Content-Encoding: nonce\0", 12)
    header = salt + struct.pack("!IB", _RECORD_SIZE, len(own)) + own
    return header + cipher.encrypt(nonce, text + _LAST_RECORD, None)


def _derive(key: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(key)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
