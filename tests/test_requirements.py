"""What is installed is what was chosen: pins, their lock with hashes, and the audit."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.audit import verdict

_ROOT = Path(__file__).resolve().parents[1]
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")


def _chosen() -> dict[str, Requirement]:
    lines = (_ROOT / "requirements.txt").read_text().splitlines()
    parsed = [Requirement(line.partition("#")[0].strip()) for line in lines if line[:1].isalpha()]
    return {canonicalize_name(one.name): one for one in parsed}


def _entries() -> list[str]:
    """Return the lock's entries, each with its hashes."""
    text = (_ROOT / "requirements.lock").read_text()
    return [entry for entry in re.split(r"(?m)^(?=[a-z])", text) if entry.strip()]


def _locked() -> dict[str, Requirement]:
    parsed = [Requirement(entry.partition("\\")[0].strip()) for entry in _entries()]
    return {canonicalize_name(one.name): one for one in parsed}


def test_every_requirement_is_pinned_exactly() -> None:
    assert [r.name for r in _chosen().values() if not str(r.specifier).startswith("==")] == []


def test_the_lock_holds_each_requirement_as_it_is_pinned() -> None:
    """Red: run `make lock`."""
    locked = _locked()
    differing = [r for name, r in _chosen().items() if locked[name].specifier != r.specifier]
    assert differing == []


def test_every_entry_of_the_lock_has_hashes() -> None:
    assert [entry for entry in _entries() if not _HASH.search(entry)] == []


def test_the_lock_holds_all_that_its_entries_need_here() -> None:
    locked = _locked()
    missing = [
        f"{needed.name} for {name}"
        for name, one in locked.items()
        if one.marker is None or one.marker.evaluate()
        for needed in map(Requirement, requires(name) or [])
        if needed.marker is None or needed.marker.evaluate({"extra": ""})
        if canonicalize_name(needed.name) not in locked
    ]
    assert missing == []


def test_the_tests_run_on_what_is_locked() -> None:
    differing = {}
    for name, one in _locked().items():
        try:
            if version(name) not in one.specifier:
                differing[name] = version(name)
        except PackageNotFoundError:
            assert one.marker is not None and not one.marker.evaluate(), name
    assert differing == {}


def test_markers_for_other_machines_are_kept() -> None:
    assert "platform_machine != 'armv6l'" in str(_locked()["psycopg"]).replace('"', "'")
    assert "sys_platform == 'win32'" in str(_locked()["waitress"]).replace('"', "'")


_FINE = {"name": "django", "version": "5.2.19", "vulns": []}
_HOLE = {"name": "esptool", "version": "1", "vulns": [{"id": "PYSEC-1"}]}
_SKIPPED = {"name": "gunicorn", "skip_reason": "Dependency not found on PyPI"}


@pytest.mark.parametrize(
    ("dependencies", "code"),
    [
        ([_FINE], 0),
        ([_FINE, _HOLE], 1),
        ([_FINE, _SKIPPED], 2),
        ([_SKIPPED, _HOLE], 1),
        ([], 2),
    ],
)
def test_an_audit_that_looked_nothing_up_is_no_good_news(
    dependencies: list[dict[str, object]], code: int
) -> None:
    assert verdict(dependencies)[0] == code
