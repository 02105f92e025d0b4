"""Warnings before a disk is full, on real small disks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.reliability.disks import Filler, needs_root, small_disk
from upkeep import disk_watch
from upkeep.disk_watch import DiskWatch
from upkeep.results import last_results

pytestmark = [needs_root, pytest.mark.django_db]


@pytest.fixture
def disk(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """The data folder's disk; the test's database is elsewhere, and so can always be written."""
    with small_disk(tmp_path / "disk", 40) as folder:
        settings.DATA_DIR = folder
        yield folder


def said() -> tuple[bool, str] | None:
    result = last_results().get("disk")
    return (result.is_ok, result.text) if result else None


def test_room_enough_is_not_worth_a_word(disk: Path) -> None:
    DiskWatch().look()
    assert said() is None


def test_it_warns_before_the_disk_is_full(disk: Path) -> None:
    (disk / "pictures").write_bytes(bytes(38_500_000))
    assert disk_watch.measure()[0] == "roomy"
    (disk / "more").write_bytes(bytes(1_500_000))
    DiskWatch().look()
    found = said()
    assert found and not found[0] and "nearly full" in found[1]


def test_once_there_is_room_the_result_tells_that_there_was_none(disk: Path) -> None:
    watch, filler = DiskWatch(), Filler(disk)
    filler.fill()
    watch.look()
    full = said()
    assert full and not full[0] and "is full" in full[1]
    filler.remove()
    watch.look()
    roomy = said()
    assert roomy and roomy[0] and "was full before" in roomy[1]


def test_what_does_not_change_is_told_once(disk: Path, caplog: pytest.LogCaptureFixture) -> None:
    watch = DiskWatch()
    Filler(disk).fill()
    watch.look()
    watch.look()
    assert len([line for line in caplog.messages if line.startswith("disk:")]) == 1


def test_a_warning_of_an_earlier_watcher_is_taken_back(disk: Path) -> None:
    filler = Filler(disk)
    filler.fill()
    DiskWatch().look()
    filler.remove()
    DiskWatch().look()
    found = said()
    assert found and found[0]
