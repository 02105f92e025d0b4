"""Static files are gathered once, and anew when they are not what they were."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from pytest_django import Settings

from iotserver import static_files


@pytest.fixture
def source(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """The one file that there is to gather."""
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATICFILES_DIRS = [tmp_path / "sources"]
    settings.STATIC_ROOT = tmp_path / "static"
    finders.get_finder.cache_clear()  # type: ignore[attr-defined]
    path: Path = tmp_path / "sources" / "page.css"
    path.parent.mkdir()
    path.write_text("body { color: teal }")
    yield path
    finders.get_finder.cache_clear()  # type: ignore[attr-defined]


def _gathered(settings: Settings) -> Path:
    return Path(settings.STATIC_ROOT) / "page.css"


def test_they_are_gathered_once(source: Path) -> None:
    assert static_files.gather()
    assert not static_files.gather()


def test_what_a_power_cut_emptied_is_whole_again(source: Path, settings: Settings) -> None:
    static_files.gather()
    _gathered(settings).write_text("")
    assert static_files.gather()
    assert _gathered(settings).read_text() == source.read_text()


def test_what_somebody_deleted_is_there_again(source: Path, settings: Settings) -> None:
    static_files.gather()
    _gathered(settings).unlink()
    assert static_files.gather()
    assert _gathered(settings).exists()


@pytest.mark.parametrize("written", [b"", b"half"])
def test_a_seal_that_was_not_written_to_its_end_vouches_for_nothing(
    source: Path, settings: Settings, written: bytes
) -> None:
    static_files.gather()
    (Path(settings.STATIC_ROOT) / "seal").write_bytes(written)
    assert static_files.gather()


def test_an_update_brings_its_own(source: Path, settings: Settings) -> None:
    static_files.gather()
    source.write_text("body { color: plum }")
    assert static_files.gather()
    assert "plum" in _gathered(settings).read_text()


def test_what_an_update_no_longer_has_is_gone(source: Path, settings: Settings) -> None:
    source.with_name("old.css").write_text("body {}")
    static_files.gather()
    source.with_name("old.css").unlink()
    static_files.gather()
    assert not _gathered(settings).with_name("old.css").exists()


def test_another_django_gathers_anew(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    static_files.gather()
    monkeypatch.setattr("django.__version__", "9.9.9")
    assert static_files.gather()
