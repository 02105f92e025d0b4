"""Foreign files are exactly what their makers published."""

from __future__ import annotations

import gzip
import hashlib
import re
from pathlib import Path

import pytest
from django.conf import settings

_ROOT = Path(settings.BASE_DIR)
_VENDOR = _ROOT / "iotserver" / "static" / "vendor"
_SUMS = {
    name: checksum
    for checksum, name in map(str.split, (_VENDOR / "SHA256SUMS").read_text().splitlines())
}
SCRIPT_AT_MOST_GZIPPED = 45_000


@pytest.mark.parametrize("name", sorted(_SUMS))
def test_a_vendored_file_is_untouched(name: str) -> None:
    assert hashlib.sha256((_VENDOR / name).read_bytes()).hexdigest() == _SUMS[name]


def test_every_vendored_script_and_style_has_a_checksum() -> None:
    assert {path.name for path in _VENDOR.glob("*.[jc]s*")} == set(_SUMS)


def test_the_scripts_of_any_page_stay_small() -> None:
    pages = {path: _scripts(path) for path in _ROOT.glob("*/templates/**/*.html")}
    assert {"htmx.min.js", "uPlot.iife.min.js"} <= {
        one.name for all_ in pages.values() for one in all_
    }
    for path, scripts in pages.items():
        weight = sum(len(gzip.compress(script.read_bytes())) for script in scripts)
        assert weight < SCRIPT_AT_MOST_GZIPPED, path


def _scripts(template: Path) -> list[Path]:
    """Return the scripts that a template names."""
    names = re.findall(r"<script src=\"{% static '([^']+)' %}\"", template.read_text())
    return [path for name in names for path in _ROOT.glob(f"*/static/{name}")]
