"""`manage.py restore`: brings back what a backup holds, and never loses what was there."""

from __future__ import annotations

import gzip
import shutil
import sqlite3
import stat
import sys
from collections.abc import Callable
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from readings import damage
from readings.models import Reading
from tests.factories import make_readings
from upkeep import backup, running

_VALUES = [20 + minute / 100 for minute in range(300)]


def _restore(*arguments: str) -> str:
    out = StringIO()
    call_command("restore", *arguments, stdout=out)
    return out.getvalue()


def _refused(match: str, *arguments: str) -> None:
    with pytest.raises(CommandError, match=match):
        _restore(*arguments)


def _kept(household: Path) -> list[Path]:
    """Return the databases that restores put aside."""
    return sorted(household.glob("db.sqlite3.2*"))


def _count(path: Path) -> int:
    with closing(sqlite3.connect(path)) as held:
        return int(held.execute("SELECT count(*) FROM readings_reading").fetchone()[0])


@pytest.fixture
def made(household: Path) -> Path:
    """A backup of 300 readings; ten more were stored after it."""
    sensor = make_readings(values=_VALUES)
    path = backup.make(backup.folder()).path
    make_readings(sensor.station, [1.0] * 10, every_s=1)
    return path


# --- what it brings back -------------------------------------------------------------


def test_it_brings_back_what_the_backup_holds(made: Path) -> None:
    _restore(str(made), "--yes")
    assert Reading.objects.count() == len(_VALUES)


def test_it_takes_the_newest_backup_unless_told(made: Path) -> None:
    shutil.copy(made, made.with_name("iotserver-20010101-030000.sqlite3.gz"))
    assert f"from {made}." in _restore("--yes")


def test_it_works_where_there_is_no_database_yet(made: Path, household: Path) -> None:
    connection.close()
    for path in household.glob("db.sqlite3*"):
        path.unlink()
    _restore(str(made))
    assert (Reading.objects.count(), _kept(household)) == (len(_VALUES), [])


def test_the_database_is_ready_for_readings_at_once(made: Path) -> None:
    _restore(str(made), "--yes")
    make_readings(values=[5.0])
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        assert cursor.fetchone() == ("wal",)


def test_an_older_backup_is_migrated(made: Path, household: Path, tmp_path: Path) -> None:
    older = _changed(
        made,
        tmp_path,
        "DELETE FROM django_migrations WHERE app = 'upkeep'; DROP TABLE upkeep_taskresult",
    )
    _restore(str(older), "--yes")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM upkeep_taskresult")
        assert cursor.fetchone() == (0,)


def test_readings_are_stored_again_after_damage(made: Path) -> None:
    damage.mark("a page is garbled")
    _restore(str(made), "--yes")
    assert not damage.is_marked()


# --- what it keeps --------------------------------------------------------------------


def test_it_does_not_overwrite_without_a_word(made: Path) -> None:
    _refused("holds 310 readings(.|\n)*Add --yes", str(made))
    assert Reading.objects.count() == len(_VALUES) + 10


def test_what_was_there_is_kept_whole(made: Path, household: Path) -> None:
    out = _restore(str(made), "--yes")
    (kept,) = _kept(household)
    assert (_count(kept), str(kept) in out) == (len(_VALUES) + 10, True)


def test_no_wal_file_of_the_old_database_stays_beside_the_new(made: Path, household: Path) -> None:
    """SQLite would take it for the new one's and play it into it."""
    assert (household / "db.sqlite3-wal").stat().st_size > 0
    connection.close()
    _hold_back_wal(household)
    _restore(str(made), "--yes")
    connection.close()
    assert [path.name for path in household.glob("db.sqlite3-*")] == []


def _hold_back_wal(household: Path) -> None:
    """Leave a -wal file as a power cut does; closing the last connection removes it."""
    with closing(sqlite3.connect(household / "db.sqlite3")) as other:
        other.execute("CREATE TABLE later (x)")
        for name in ("db.sqlite3", "db.sqlite3-wal"):
            shutil.copy(household / name, household / f"copy-{name}")
    for name in ("db.sqlite3", "db.sqlite3-wal"):
        (household / f"copy-{name}").replace(household / name)


def test_a_damaged_database_is_kept_with_its_wal_file(made: Path, household: Path) -> None:
    connection.close()
    _hold_back_wal(household)
    (household / "db.sqlite3").write_bytes(b"\xa5" * 8_192)
    wal = (household / "db.sqlite3-wal").read_bytes()
    _restore(str(made), "--yes")
    database, kept_wal = _kept(household)
    assert (database.read_bytes(), kept_wal.read_bytes()) == (b"\xa5" * 8_192, wal)
    assert Reading.objects.count() == len(_VALUES)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_the_database_keeps_its_mode(made: Path, household: Path) -> None:
    """Other programs of the house may be allowed to read it."""
    (household / "db.sqlite3").chmod(0o640)
    _restore(str(made), "--yes")
    assert stat.S_IMODE((household / "db.sqlite3").stat().st_mode) == 0o640


# --- what it refuses --------------------------------------------------------------------


def _cut(packed: bytes) -> bytes:
    return packed[: len(packed) // 2]


def _turn_a_byte(packed: bytes) -> bytes:
    middle = len(packed) // 2
    return packed[:middle] + bytes([packed[middle] ^ 0xFF]) + packed[middle + 1 :]


@pytest.mark.parametrize(
    "harm",
    [
        _cut,
        _turn_a_byte,
        lambda _: b"",
        lambda _: b"no backup at all",
        lambda _: gzip.compress(b"no database at all"),
        lambda _: gzip.compress(b""),
        lambda packed: gzip.compress(gzip.decompress(packed)[:50_000]),
    ],
    ids=["cut short", "a byte turned", "empty", "no gzip", "no database", "nothing in it", "half"],
)
def test_it_refuses_a_bad_file_and_changes_nothing(
    made: Path, household: Path, harm: Callable[[bytes], bytes]
) -> None:
    made.write_bytes(harm(made.read_bytes()))
    _refused("This is no good backup: .* Nothing was changed.", str(made), "--yes")
    assert (Reading.objects.count(), _kept(household)) == (len(_VALUES) + 10, [])


def _changed(made: Path, folder: Path, script: str) -> Path:
    """Return a copy of a backup with its database changed by SQL."""
    plain, packed = folder / "changed.sqlite3", folder / "changed.gz"
    plain.write_bytes(gzip.decompress(made.read_bytes()))
    with closing(sqlite3.connect(plain)) as held:
        held.executescript(script)
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    return packed


def test_it_refuses_the_backup_of_a_newer_server(made: Path, tmp_path: Path) -> None:
    newer = _changed(
        made,
        tmp_path,
        "INSERT INTO django_migrations (app, name, applied)"
        " VALUES ('readings', '0999_more', '2036-01-01')",
    )
    _refused("newer version of this server .readings.0999_more.. Update", str(newer), "--yes")
    assert Reading.objects.count() == len(_VALUES) + 10


def test_it_refuses_another_programs_database(made: Path, tmp_path: Path) -> None:
    other = _changed(made, tmp_path, "DROP TABLE readings_reading")
    _refused("it holds no database of this server", str(other), "--yes")


def test_it_says_when_there_is_no_such_file(household: Path) -> None:
    _refused("There is no file", str(household / "gone.gz"))


def test_it_says_when_there_is_no_backup_at_all(household: Path) -> None:
    _refused("There is no backup in")


def test_it_refuses_while_another_program_has_the_database_open(
    made: Path, household: Path
) -> None:
    with closing(sqlite3.connect(household / "db.sqlite3")) as other:
        other.execute("SELECT 1 FROM sqlite_master").fetchone()
        _refused("Another program has", str(made), "--yes")
    assert Reading.objects.count() == len(_VALUES) + 10


def test_no_server_starts_during_a_restore(
    household: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_held", [])
    with running.alone(), pytest.raises(CommandError, match="A restore is under way"):
        running.hold()


@pytest.mark.parametrize("command", ["serve", "watch"])
def test_what_serves_claims_the_data_folder(
    household: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr(running, "_held", [])
    with running.alone(), pytest.raises(CommandError, match="A restore is under way"):
        call_command(command)
