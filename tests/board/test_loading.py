"""A station's files on a board: real ampy, real MicroPython."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from firmware import board as boards
from firmware import loading
from firmware.render import BoardSettings
from tests.board.boot_loader import BootLoader
from tests.board.flash_memory import FlashMemory
from tests.board.images import write_micropython
from tests.board.pty_board import PtyBoard

TEXTS = {"lib/deep/b.py": "b = 2\n", "lib/a.py": "a = 1\n", "main.py": "print('hello')\n"}


@pytest.fixture
def wired(tmp_path: Path) -> Iterator[PtyBoard]:
    with PtyBoard(tmp_path / "disk") as board:
        yield board


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    made = {}
    for number, (name, text) in enumerate(TEXTS.items()):
        made[name] = tmp_path / f"{number}.py"
        made[name].write_text(text)
    return made


def load(board: PtyBoard, files: dict[str, Path]) -> list[str]:
    said: list[str] = []
    loading.load(board.port, files, said.append)
    return said


def on_disk(board: PtyBoard) -> dict[str, str]:
    found = (path for path in board.disk.rglob("*") if path.is_file())
    return {path.relative_to(board.disk).as_posix(): path.read_text() for path in found}


def test_only_what_differs_is_sent(wired: PtyBoard, files: dict[str, Path]) -> None:
    assert load(wired, files) == ["sending lib/deep/b.py", "sending lib/a.py", "sending main.py"]
    assert on_disk(wired) == TEXTS
    (wired.disk / "lib" / "a.py").write_text("a = 'garbled'\n")
    assert load(wired, files) == ["sending lib/a.py"]
    assert on_disk(wired) == TEXTS
    assert load(wired, files) == []


def test_file_that_arrived_changed_is_named(
    wired: PtyBoard, files: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boards, "upload", lambda *_, **__: None)  # nothing gets through
    with pytest.raises(loading.ArrivedChanged, match="arrived on the board"):
        load(wired, files)


def test_board_computes_the_checksums(wired: PtyBoard) -> None:
    (wired.disk / "a.py").write_bytes(b"abc")
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2
    assert boards.checksums(wired.port, ["a.py", "nothing.py"]) == {"a.py": digest}


def test_settings_on_the_board_are_read(wired: PtyBoard) -> None:
    assert loading.config_on(wired.port) == b""
    (wired.disk / "config.py").write_text('API_KEY = "k3y"\n')
    assert loading.config_on(wired.port) == b'API_KEY = "k3y"\n'


def test_stations_files_hold_its_settings_only_while_needed() -> None:
    settings = BoardSettings("k3y", "5c:cf:7f:0a:1b:2c", "http://10.0.0.2:8000", "home", "secret!!")
    with loading.station_files(settings) as files:
        config = files["config.py"]
        assert 'API_KEY = "k3y"' in config.read_text()
        assert config.stat().st_mode & 0o077 == 0
        assert {"main.py", "run.py"} <= files.keys()
    assert not config.exists()


def test_upload_wants_settings_on_the_board(
    wired: PtyBoard, files: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "shipped_files", lambda: dict(files))  # sooner sent than ours
    with pytest.raises(CommandError, match="render_config"):
        call_command("upload", "--port", wired.port)
    assert wired.resets == 0


def test_upload_starts_the_program(
    wired: PtyBoard, files: dict[str, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(loading, "shipped_files", lambda: dict(files))
    config = tmp_path / "rendered.py"
    config.write_text("API_KEY = 'k3y'\n")
    out = io.StringIO()
    call_command("upload", str(config), "--port", wired.port, stdout=out)
    wired.wait_for("hello")
    assert "4 files are on the board" in out.getvalue()


def test_flash_erases_and_writes(tmp_path: Path) -> None:
    flash = FlashMemory(tmp_path / "flash.bin")
    out = io.StringIO()
    with PtyBoard(tmp_path / "disk", BootLoader(flash, "5c:cf:7f:0a:1b:2c")) as board:
        image = write_micropython(tmp_path)
        call_command("flash", str(image), "--port", board.port, stdout=out)
    assert "ESP8266 5c:cf:7f:0a:1b:2c" in out.getvalue()
    assert f"Wrote and compared {image.stat().st_size} bytes" in out.getvalue()
    assert flash.read(0x9000, 100) == image.read_bytes()[0x9000:0x9064]
