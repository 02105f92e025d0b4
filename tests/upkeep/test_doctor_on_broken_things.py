"""`manage.py doctor` in installations that are really broken."""

from __future__ import annotations

import http.server
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import StartServer
from tests.patience import PATIENCE_S
from tests.serving import Server

_ROOT = Path(__file__).resolve().parents[2]
_PAGE = 4_096
_MAC = ("--mac", "5c:cf:7f:00:00:01")
# Root that file modes apply to as to anybody.
_WITHOUT_PRIVILEGE = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")

as_root = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="mounting and other users need root"
)


def manage(
    folder: Path, *arguments: str, under: tuple[str, ...] = (), **env: str
) -> subprocess.CompletedProcess[str]:
    """Run a command on a data folder; `under` is a program that starts it."""
    inherited = {n: v for n, v in os.environ.items() if n not in ("DATABASE_URL", "TIME_ZONE")}
    own = {"DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "iotserver.settings", "PORT": "9"}
    return subprocess.run(
        [*under, sys.executable, str(_ROOT / "manage.py"), *arguments],
        env=inherited | own | env,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )


def doctor(
    folder: Path, level: str = "error", under: tuple[str, ...] = (), **env: str
) -> dict[str, str]:
    """Return everything the doctor objects to, with how to mend it."""
    done = manage(folder, "doctor", "--json", under=under, **env)
    assert "Traceback" not in done.stderr, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    levels = [one["level"] for one in answer["findings"]]
    assert (done.returncode, answer["ok"]) == ((1, False) if "error" in levels else (0, True))
    return {one["text"]: one["mend"] for one in answer["findings"] if one["level"] == level}


def about(wrong: dict[str, str], words: str) -> str:
    """Return the one error that says these words; it has to say how to mend it."""
    found = [text for text in wrong if words in text]
    assert len(found) == 1, wrong
    assert wrong[found[0]]
    return found[0]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    folder.chmod(0o700)
    for command in (["migrate"], ["collectstatic", "--noinput"], ["add_station", "Attic", *_MAC]):
        done = manage(folder, *command)
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def folder(template: Path, tmp_path: Path) -> Path:
    """A data folder as a first run leaves it, without a server."""
    copy = tmp_path / "data"
    shutil.copytree(template, copy)
    return copy


@pytest.fixture
def server(start_server: StartServer) -> Server:
    return start_server()


def test_a_server_as_it_comes_is_well(server: Server) -> None:
    assert doctor(server.data_dir, PORT=str(server.port), HOST="127.0.0.1") == {}


def test_a_server_that_was_killed_does_not_answer(server: Server) -> None:
    server.kill()
    wrong = doctor(server.data_dir, PORT=str(server.port), HOST="127.0.0.1")
    assert "refused" in about(wrong, "does not answer")
    assert len(wrong) == 1


def test_another_program_at_the_port_is_told(folder: Path) -> None:
    class Stranger(http.server.SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(418)

        def log_message(self, *args: object) -> None: ...

    with http.server.HTTPServer(("127.0.0.1", 0), Stranger) as stranger:
        thread = threading.Thread(target=stranger.serve_forever)
        thread.start()
        try:
            wrong = doctor(folder, PORT=str(stranger.server_port), HOST="127.0.0.1")
        finally:
            stranger.shutdown()
            thread.join()
    assert "418" in about(wrong, "Something else answers")


def test_no_database_is_told_and_none_is_made(tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    about(doctor(folder), "There is no database")
    assert not (folder / "db.sqlite3").exists()


def test_a_file_that_is_no_database(folder: Path) -> None:
    (folder / "db.sqlite3").write_bytes(b"not a database at all" * 1_000)
    about(doctor(folder), "is damaged")


def test_a_damaged_page(folder: Path) -> None:
    """Everything still opens: only looking at all of it finds the damage."""
    file = folder / "db.sqlite3"
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        root = database.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'readings_reading'"
        ).fetchone()[0]
    with file.open("r+b") as opened:
        opened.seek((root - 1) * _PAGE)
        opened.write(b"\xff" * _PAGE)
    wrong = doctor(folder)
    assert "manage.py restore" in wrong[about(wrong, "is damaged")]


def test_a_database_that_the_server_found_damaged(folder: Path) -> None:
    (folder / "db.corrupt").write_text("a page is wrong")
    about(doctor(folder), "nothing is stored")


def test_a_writer_that_never_ends(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "db.sqlite3", isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        about(doctor(folder), "Nothing could be written within")


def test_a_database_that_is_kept_to_itself(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "db.sqlite3", isolation_level=None)) as database:
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        database.execute("DELETE FROM readings_heartbeat")
        about(doctor(folder), "locked")


def test_a_database_server_that_is_away(folder: Path) -> None:
    wrong = doctor(folder, DATABASE_URL="postgres://nobody:s3cr3t@127.0.0.1:9/nothing")
    assert "s3cr3t" not in about(wrong, "database does not answer")


def test_a_database_older_than_the_program(folder: Path) -> None:
    manage(folder, "migrate", "upkeep", "zero")
    assert "upkeep.0001_initial" in about(doctor(folder), "older than the program")


def test_gathered_files_that_are_gone(folder: Path) -> None:
    shutil.rmtree(folder / "static")
    about(doctor(folder), "pages look bare")


def test_secrets_that_others_can_read(folder: Path) -> None:
    (folder / "secret_key").chmod(0o644)
    about(doctor(folder), "Others can read")


def test_a_household_without_an_admin(folder: Path) -> None:
    about(doctor(folder), "Nobody can sign in")


def test_summaries_that_differ_from_the_readings(server: Server) -> None:
    server.manage("add_station", "Attic", *_MAC, "--key", "12345678")
    path = "/update/API_key=12345678/mac=5c:cf:7f:00:00:01/field=1/data=21.5"
    urllib.request.urlopen(server.url + path).close()
    with closing(sqlite3.connect(server.data_dir / "db.sqlite3")) as database:
        database.execute("UPDATE readings_hoursummary SET sum = sum + 1")
        database.commit()
    wrong = doctor(server.data_dir, PORT=str(server.port), HOST="127.0.0.1")
    about(wrong, "differ from their readings")


# --- when Django cannot even start ---------------------------------------------------------


def test_a_data_folder_that_is_a_file(tmp_path: Path) -> None:
    file = tmp_path / "data"
    file.write_text("")
    about(doctor(file), "settings cannot be loaded")


@pytest.mark.parametrize(
    ("name", "value", "shown"), [("PORT", "eighty", "eighty"), ("TIME_ZONE", "Mars/Base", "Mars")]
)
def test_a_setting_that_cannot_be(tmp_path: Path, name: str, value: str, shown: str) -> None:
    assert shown in about(
        doctor(tmp_path, "error", (), **{name: value}), "settings cannot be loaded"
    )


def test_a_data_folder_that_may_not_be_read(folder: Path) -> None:
    """As when the server runs as one user and the operator is another."""
    folder.chmod(0)
    under = _WITHOUT_PRIVILEGE if os.geteuid() == 0 else ()
    about(doctor(folder, under=under), "Permission denied")


@as_root
def test_nothing_is_written_into_the_folder_of_another_user(folder: Path) -> None:
    """A file of root's would keep the server out."""
    os.chown(folder, 12_345, -1)
    about(doctor(folder, "warning"), "You are not the owner")
    with closing(sqlite3.connect(folder / "db.sqlite3")) as database:
        assert database.execute("SELECT count(*) FROM readings_heartbeat").fetchone() == (0,)


def test_a_person_reads_what_to_do_without_colours(tmp_path: Path) -> None:
    printed = manage(tmp_path / "empty", "doctor").stdout
    assert "ERROR     There is no database" in printed
    assert "-> Run make serve once" in printed
    assert "\x1b" not in printed


# --- disks -----------------------------------------------------------------------------------


@contextmanager
def tmpfs(point: Path, options: str) -> Iterator[Path]:
    point.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(point)], check=True)
    try:
        yield point
    finally:
        subprocess.run(["umount", "--lazy", str(point)], check=True)


def fill(disk: Path) -> None:
    with (disk / "filler").open("wb", buffering=0) as filler, suppress(OSError):
        while True:
            filler.write(bytes(_PAGE))


@as_root
def test_a_full_disk(folder: Path, tmp_path: Path) -> None:
    with tmpfs(tmp_path / "disk", "size=16m,mode=700") as disk:
        shutil.copytree(folder, disk / "data")
        with closing(sqlite3.connect(disk / "data" / "db.sqlite3")) as database:
            database.execute("SELECT count(*) FROM readings_heartbeat")  # as a server has it open
            fill(disk)
            wrong = doctor(disk / "data")
    about(wrong, "Only 0 bytes")
    about(wrong, "cannot be written: ")


@as_root
def test_a_disk_too_full_to_open_the_database(folder: Path, tmp_path: Path) -> None:
    with tmpfs(tmp_path / "disk", "size=16m,mode=700") as disk:
        shutil.copytree(folder, disk / "data")
        fill(disk)
        wrong = doctor(disk / "data")
    about(wrong, "Only 0 bytes")
    about(wrong, "does not open")


@as_root
def test_a_disk_that_became_read_only(folder: Path, tmp_path: Path) -> None:
    with tmpfs(tmp_path / "disk", "size=16m,mode=700") as disk:
        shutil.copytree(folder, disk / "data")
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        wrong = doctor(disk / "data")
    about(wrong, "cannot be read and written")
