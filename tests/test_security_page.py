"""SECURITY.md names the test that shows each point: every one of them exists."""

from __future__ import annotations

import re
from pathlib import Path

_TESTS = Path(__file__).resolve().parent
_NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")


def _named() -> list[tuple[str, str]]:
    return _NAMED.findall((_TESTS.parent / "SECURITY.md").read_text())


def test_every_test_that_is_named_exists() -> None:
    missing = [
        f"{file}::{name}"
        for file, name in _named()
        if not re.search(rf"^def {name}\(", (_TESTS / file).read_text(), re.MULTILINE)
    ]
    assert missing == []


def test_tests_are_named_at_all() -> None:
    assert len(set(_named())) > 50


def test_a_point_without_a_test_is_a_matter_of_documents() -> None:
    page = (_TESTS.parent / "SECURITY.md").read_text()
    rows = re.findall(r"(?m)^\| (\d+[.-]\S*) .*\| *\|$", page)
    assert rows == ["5.2-1", "5.8-3"]
