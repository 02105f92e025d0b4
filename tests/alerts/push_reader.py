"""The browser's side of RFC 8291: what a subscription is, and how its messages are read."""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from alerts.webpush import base64url


@dataclass
class PushReader:
    """The keys of one browser."""

    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    secret: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def p256dh(self) -> str:
        return base64url.encode(self._point)

    @property
    def auth(self) -> str:
        return base64url.encode(self.secret)

    @property
    def _point(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def read(self, body: bytes) -> bytes:
        """Return the text of an aes128gcm body; raises when it is not meant for this browser."""
        salt, (size, length) = body[:16], struct.unpack("!IB", body[16:21])
        sender, encrypted = body[21 : 21 + length], body[21 + length :]
        assert len(encrypted) <= size
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        shared = self.key.exchange(ec.ECDH(), public)
        key = _hkdf(shared, self.secret, b"WebPush: info\0" + self._point + sender, 32)
        content_key = _hkdf(key, salt, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _hkdf(key, salt, b"Content-Encoding: nonce\0", 12)
        text, delimiter, rest = (
            AESGCM(content_key).decrypt(nonce, encrypted, None).rpartition(b"\x02")
        )
        assert delimiter and not rest.strip(b"\0")
        return text


def _hkdf(key: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(key)
