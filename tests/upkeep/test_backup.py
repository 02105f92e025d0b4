"""`upkeep.backup` on SQLite: what has the name of a backup is one."""

from __future__ import annotations

import gzip
import os
import shutil
import sqlite3
import stat
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import IO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from readings.models import Reading
from readings.times import MINUTE_MS, now_ms
from tests.factories import make_readings, make_station
from upkeep import backup, results, sqlite_dump
from upkeep.facts import Facts
from upkeep.schedule import TaskFailed

_VALUES = [20 + minute / 100 for minute in range(300)]


def _unpacked(file: Path, folder: Path) -> Path:
    """Unpack as any tool would."""
    path = folder / "unpacked.sqlite3"
    with gzip.open(file) as packed, path.open("wb") as plain:
        shutil.copyfileobj(packed, plain)
    return path


def _count(path: Path) -> int:
    with closing(sqlite3.connect(path)) as held:
        return int(held.execute("SELECT count(*) FROM readings_reading").fetchone()[0])


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# --- a good backup --------------------------------------------------------------------


def test_a_backup_holds_every_reading(household: Path, tmp_path: Path) -> None:
    make_readings(values=_VALUES)
    made = backup.make(backup.folder())
    assert _count(_unpacked(made.path, tmp_path)) == len(_VALUES)


def test_a_backup_holds_what_is_still_in_the_wal_file(household: Path, tmp_path: Path) -> None:
    """A plain copy of the file has none of it."""
    make_readings(values=_VALUES)
    shutil.copy(household / "db.sqlite3", tmp_path / "plain.sqlite3")
    assert _count(tmp_path / "plain.sqlite3") == 0
    assert _count(_unpacked(backup.make(backup.folder()).path, tmp_path)) == len(_VALUES)


def test_a_backup_is_one_file_that_needs_no_wal(household: Path, tmp_path: Path) -> None:
    make_readings()
    path = _unpacked(backup.make(backup.folder()).path, tmp_path)
    with closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as held:
        assert held.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_a_backup_is_taken_whole_while_boards_go_on_writing(
    household: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One more commit between any two steps of the copy; it comes to an end all the same."""
    station = make_station()
    make_readings(station, _VALUES)
    monkeypatch.setattr(sqlite_dump, "_PAGES", 5)
    steps: list[int] = []

    def step() -> None:
        assert len(steps) < 1_000, "the copy begins anew with each reading"
        steps.append(_post_one(household))

    monkeypatch.setattr(sqlite_dump, "check_stop", step)
    made = backup.make(backup.folder())
    copied = _count(_unpacked(made.path, tmp_path))
    assert (copied, len(steps) > 10) == (len(_VALUES), True)
    assert Reading.objects.count() == len(_VALUES) + len(steps)


def _post_one(household: Path) -> int:
    """Commit a reading from another connection, as another process does."""
    with closing(sqlite3.connect(household / "db.sqlite3")) as other, other:
        other.execute(
            "INSERT INTO readings_reading (sensor_id, measured_at, value, delay_s, is_outlier)"
            " SELECT sensor_id, max(measured_at) + 1, 1.0, 0, 0 FROM readings_reading"
        )
    return 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_only_its_owner_can_read_it(household: Path) -> None:
    made = backup.make(backup.folder())
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (made.path, made.path.parent)]
    assert modes == [0o600, 0o700]


def test_nothing_else_is_left_behind(household: Path) -> None:
    made = backup.make(backup.folder())
    assert _files(backup.folder()) == [made.path.name]
    assert [name for name in _files(household) if name.startswith(".")] == []


def test_the_result_says_what_was_restored(household: Path) -> None:
    make_readings(values=_VALUES, until=now_ms() - MINUTE_MS)
    assert "test-restored: 300 readings, the newest of " in str(backup.make(backup.folder()))


# --- no backup ------------------------------------------------------------------------


def _fails(match: str) -> None:
    with pytest.raises(TaskFailed, match=match):
        backup.make(backup.folder())


def _after_dump(monkeypatch: pytest.MonkeyPatch, then: Callable[[IO[bytes]], object]) -> None:
    """Do something to the written file before it is read back."""
    usual = sqlite_dump.dump

    def dump(file: IO[bytes], scratch: Path) -> Facts:
        seen = usual(file, scratch)
        then(file)
        return seen

    monkeypatch.setattr(sqlite_dump, "dump", dump)


def _garble(file: IO[bytes]) -> None:
    """Turn one byte in the middle over, as worn flash does."""
    file.flush()
    middle = file.tell() // 2
    descriptor = os.open(
        file.name if isinstance(file.name, str) else f"/proc/self/fd/{file.fileno()}", os.O_RDWR
    )
    try:
        byte = os.pread(descriptor, 1, middle)[0]
        os.pwrite(descriptor, bytes([byte ^ 0xFF]), middle)
    finally:
        os.close(descriptor)


@pytest.mark.parametrize(
    "harm", [_garble, lambda file: file.truncate(file.tell() // 2)], ids=["garbled", "cut short"]
)
def test_a_file_that_cannot_be_read_back_is_no_backup(
    household: Path, monkeypatch: pytest.MonkeyPatch, harm: Callable[[IO[bytes]], object]
) -> None:
    make_readings(values=_VALUES)
    _after_dump(monkeypatch, harm)
    _fails("damaged or cut short")
    assert _files(backup.folder()) == []


def test_a_copy_that_lacks_a_reading_is_no_backup(
    household: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_readings(values=_VALUES)
    usual = sqlite_dump.unpack

    def unpack(file: Path, target: Path) -> None:
        usual(file, target)
        with closing(sqlite3.connect(target)) as held, held:
            held.execute("DELETE FROM readings_reading WHERE value = 20.5")

    monkeypatch.setattr(sqlite_dump, "unpack", unpack)
    _fails("it held 299 readings.* in place of 300 readings")


def test_a_damaged_database_gives_no_backup_and_says_so(household: Path) -> None:
    make_readings(values=_VALUES * 20, every_s=1)
    _damage(household / "db.sqlite3")
    _fails("the database in it is damaged|malformed")
    assert _files(backup.folder()) == []


def _damage(path: Path) -> None:
    """Overwrite a page of readings, keeping the file's header."""
    with closing(sqlite3.connect(path)) as held:
        held.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page = held.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'readings_reading'"
        ).fetchone()[0]
    with path.open("r+b") as file:
        file.seek((page - 1) * 4_096)
        file.write(b"\xa5" * 4_096)


def test_without_a_database_there_is_no_backup(household: Path) -> None:
    (household / "db.sqlite3").unlink()
    _fails("No backup")
    assert not (household / "db.sqlite3").exists()


def test_it_does_not_begin_without_room_for_its_end(
    household: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = SimpleNamespace(free=sqlite_dump.size())
    monkeypatch.setattr(shutil, "disk_usage", lambda _: room)
    _fails("Make room, or set BACKUP_DIR to another disk")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_a_folder_that_cannot_be_written_is_told(household: Path, settings: Settings) -> None:
    (household / "file").touch()
    settings.BACKUP_DIR = household / "file" / "backups"
    _fails("Not a directory")


# --- the command and the nightly task --------------------------------------------------


def test_the_command_records_its_result(
    household: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("backup")
    assert results.last_results()["backup"].text in capsys.readouterr().out


def test_the_command_writes_where_it_is_told(household: Path, tmp_path: Path) -> None:
    call_command("backup", to=tmp_path / "mine.gz")
    assert (tmp_path / "mine.gz").is_file()
    assert "backup" not in results.last_results()  # the nightly one's result stands


def test_the_command_writes_into_a_folder_it_is_told(household: Path, tmp_path: Path) -> None:
    (tmp_path / "usb").mkdir()
    call_command("backup", to=tmp_path / "usb")
    assert len(_files(tmp_path / "usb")) == 1


def test_the_command_overwrites_nothing(household: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.gz").write_text("precious")
    with pytest.raises(CommandError, match="exists already"):
        call_command("backup", to=tmp_path / "mine.gz")
    assert (tmp_path / "mine.gz").read_text() == "precious"


def _old_backups(number: int) -> list[str]:
    backup.folder().mkdir()
    names = [
        f"iotserver-2001{month:02}{day:02}-030000.sqlite3.gz"
        for month in range(1, 13)
        for day in range(1, 29)
    ]
    for name in names[:number]:
        (backup.folder() / name).touch()
    return names[:number]


def test_a_night_deletes_what_is_superfluous(household: Path) -> None:
    _old_backups(60)
    assert backup.nightly().endswith("51 old ones deleted.")
    assert len(_files(backup.folder())) == 10


def test_a_night_that_fails_deletes_nothing(
    household: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = _old_backups(60)
    _after_dump(monkeypatch, _garble)
    with pytest.raises(TaskFailed, match="The earlier ones are untouched"):
        backup.nightly()
    assert _files(backup.folder()) == names


def test_a_clock_that_cannot_be_right_deletes_nothing(
    household: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = _old_backups(60)
    monkeypatch.setattr(backup, "clock_is_plausible", lambda: False)
    assert backup.nightly().endswith("Old backups stay: the clock cannot be right.")
    assert set(names) < set(_files(backup.folder()))


def _draft(times: tuple[int, int] | None = None) -> Path:
    """Return what a backup that was begun, now or back then, has written so far."""
    backup.folder().mkdir()
    draft = backup.folder() / ".iotserver-20260101-030000.sqlite3.gz.part"
    draft.touch()
    os.utime(draft, times)
    return draft


def test_a_night_leaves_a_backup_under_way_alone(household: Path) -> None:
    draft = _draft()
    backup.nightly()
    assert draft.exists()


def test_a_night_clears_what_a_power_cut_left(household: Path) -> None:
    _draft((0, 0))
    (household / ".backup-old").mkdir()
    os.utime(household / ".backup-old", (0, 0))
    backup.nightly()
    assert len(_files(backup.folder())) == 1
    assert not (household / ".backup-old").exists()
