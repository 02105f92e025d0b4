"""The firmware that this server offers: its files, their version, and the manifest of an update.

A station trusts a manifest that is signed (HMAC-SHA256) with the digest of its API key, which
the server stores and the station can compute, and that answers the very question it asked.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "micropython"
# What a board keeps for itself: its settings, and what chooses between two versions.
OF_THE_BOARD = frozenset(("boot.py", "main.py", "sets.py", "config.py"))


class File(NamedTuple):
    name: str
    size: int
    sha256: str


class Release(NamedTuple):
    """Everything that an update puts on a board. `version` is told by what is in the files."""

    version: str
    files: tuple[File, ...]

    def has(self, name: str) -> bool:
        return any(file.name == name for file in self.files)


@cache
def current() -> Release:
    """Return what lies in `firmware/micropython`; it does not change while a server runs."""
    return release(sorted(FOLDER.glob("*.py"), key=lambda path: path.name))


def release(paths: Iterable[Path]) -> Release:
    files = tuple(_file(path) for path in paths if path.name not in OF_THE_BOARD)
    named = "".join(f"{file.name} {file.sha256}\n" for file in files)
    return Release(hashlib.sha256(named.encode()).hexdigest()[:12], files)


def manifest(release: Release, nonce: str, key_digest: str) -> str:
    """Return a release as text, signed for the station whose key has this digest."""
    lines = [f"{name} {size} {sha256}\n" for name, size, sha256 in release.files]
    text = f"iotserver firmware 1\nversion {release.version}\nnonce {nonce}\n" + "".join(lines)
    signature = hmac.new(key_digest.encode(), text.encode(), hashlib.sha256).hexdigest()
    return f"{text}hmac {signature}\n"


def _file(path: Path) -> File:
    content = path.read_bytes()
    return File(path.name, len(content), hashlib.sha256(content).hexdigest())
