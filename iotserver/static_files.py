"""Gathers what pages load, compressed and named by content, into STATIC_ROOT.

A power cut soon after a start leaves some of the gathered files empty: nobody waited for
the disk when they were written. collectstatic would take them for up to date, and without
its manifest not even the server starts. So a seal tells whether all is there as it was
gathered, and of which sources; anything else is gathered anew.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import django
import servestatic
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

_SEAL = "seal"


def gather() -> bool:
    """Gather all files unless they are there already; True when it was done."""
    root = Path(settings.STATIC_ROOT)
    if root.is_dir() and _held(root / _SEAL) == _digest(root):
        return False
    shutil.rmtree(root, ignore_errors=True)
    call_command("collectstatic", verbosity=0, interactive=False)
    root.mkdir(exist_ok=True)
    (root / _SEAL).write_bytes(_digest(root))
    return True


def _held(seal: Path) -> bytes:
    return seal.read_bytes() if seal.is_file() else b""


def _digest(root: Path) -> bytes:
    """Return what stands for the content of all sources, all gathered files and their maker."""
    found = hashlib.sha256(f"{django.__version__} {servestatic.__version__}".encode())
    for name, path in (*_sources(), *_gathered(root)):
        content = path.read_bytes()
        found.update(f"\n{name} {len(content)}\n".encode() + content)
    return found.digest()


def _sources() -> Iterator[tuple[str, Path]]:
    for finder in get_finders():
        for name, storage in finder.list([]):
            yield name, Path(storage.path(name))


def _gathered(root: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.name != _SEAL:
            yield path.relative_to(root).as_posix(), path
