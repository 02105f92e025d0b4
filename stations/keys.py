"""API keys: made, hinted at, and compared without ever being stored. Pure."""

from __future__ import annotations

import hashlib
import re
import secrets

# No 0/o, 1/l/i: a key may have to be read from a screen and typed into a board.
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_LENGTH = 26  # 26 * log2(31) = 128.8 bits

_TYPED = re.compile(r"[0-9A-Za-z_.~\-]{4,64}", re.ASCII)
WEAK_BELOW = 20


class InvalidKey(ValueError):
    """The text cannot serve as an API key."""


def generate_key() -> str:
    """Return a new random key of at least 128 bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def check_typed_key(key: str) -> str:
    """Return a key typed in for a board already flashed, or raise `InvalidKey`.

    It travels as one part of a URL path, so only characters that need no
    percent-encoding are taken.
    """
    if not _TYPED.fullmatch(key):
        raise InvalidKey("A key has 4 to 64 letters, digits or -._~ and no spaces.")
    return key


def is_weak(key: str) -> bool:
    """True for a key that a person chose short: it works, and deserves a warning."""
    return len(key) < WEAK_BELOW


def digest(key: str) -> str:
    """Return the SHA-256 of a key as 64 hex digits.

    A slow password hash would buy nothing for 128 random bits, and one would
    have to be computed for every reading.
    """
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def hint(key: str) -> str:
    """Return enough of a key to recognise it by and too little to use it."""
    return f"{key[:2]}…{key[-2:]}" if len(key) >= 12 else f"{key[:1]}…"


def matches(key_digest: str, stored_digest: str) -> bool:
    """Compare two digests, which are plain ASCII, in constant time."""
    return secrets.compare_digest(key_digest, stored_digest)
