"""`upkeep.results`: how the last backup and the like ended."""

from __future__ import annotations

import logging

import pytest

from upkeep import results

pytestmark = pytest.mark.django_db


def test_a_result_is_remembered_by_its_task() -> None:
    results.record("backup", is_ok=True, text="27 MB in 3 s")
    assert results.last_results()["backup"].text == "27 MB in 3 s"


def test_only_the_last_result_of_a_task_counts() -> None:
    results.record("backup", is_ok=True, text="27 MB in 3 s")
    results.record("backup", is_ok=False, text="no room")
    assert [result.is_ok for result in results.last_results().values()] == [False]


def test_a_failure_is_logged_as_an_error(caplog: pytest.LogCaptureFixture) -> None:
    results.record("backup", is_ok=False, text="no room")
    assert [(record.levelno, record.message) for record in caplog.records] == [
        (logging.ERROR, "backup: no room")
    ]
