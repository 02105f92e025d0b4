"""Foreign files are exactly what their makers published."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pytest
from django.conf import settings

_VENDOR = Path(settings.BASE_DIR) / "iotserver" / "static" / "vendor"
_SUMS = {
    name: checksum
    for checksum, name in map(str.split, (_VENDOR / "SHA256SUMS").read_text().splitlines())
}
SCRIPT_AT_MOST_GZIPPED = 45_000
_ON_DEMAND = _VENDOR / "esptool-js.js"  # no page loads it; flashing a board does


@pytest.mark.parametrize("name", sorted(_SUMS))
def test_a_vendored_file_is_untouched(name: str) -> None:
    assert hashlib.sha256((_VENDOR / name).read_bytes()).hexdigest() == _SUMS[name]


def test_every_vendored_script_has_a_checksum() -> None:
    assert {path.name for path in _VENDOR.glob("*.js")} == set(_SUMS)


def test_all_scripts_together_stay_small() -> None:
    own = Path(settings.BASE_DIR).glob("*/static/*/*.js")
    scripts = {*own, *_VENDOR.glob("*.js")} - {_ON_DEMAND}
    assert sum(len(gzip.compress(path.read_bytes())) for path in scripts) < SCRIPT_AT_MOST_GZIPPED
