"""The firmware that this server offers, and the manifest a board can trust."""

from __future__ import annotations

import hashlib
import hmac
import subprocess
from pathlib import Path

from firmware import releases
from tests.board.virtual_board import environment, micropython_path, prepare


def test_release_is_the_firmware_without_what_is_the_boards_own() -> None:
    names = {file.name for file in releases.current().files}
    assert {"run.py", "update.py", "MCP9808.py"} <= names
    assert not names & {"config.py", "main.py", "sets.py", "boot.py"}


def test_each_file_is_told_with_its_size_and_hash() -> None:
    for name, size, sha256 in releases.current().files:
        content = (releases.FOLDER / name).read_bytes()
        assert (size, sha256) == (len(content), hashlib.sha256(content).hexdigest())


def make_release(folder: Path, **files: str) -> releases.Release:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    return releases.release(sorted(folder.glob("*.py")))


def test_version_changes_with_every_byte(tmp_path: Path) -> None:
    first = make_release(tmp_path, run="print(1)", wire="")
    assert make_release(tmp_path, run="print(2)").version != first.version
    assert make_release(tmp_path, run="print(1)").version == first.version


def test_version_does_not_change_with_the_settings(tmp_path: Path) -> None:
    first = make_release(tmp_path, run="", config="API_KEY = 1")
    assert make_release(tmp_path, config="API_KEY = 2") == first


def test_board_computes_the_same_version(tmp_path: Path) -> None:
    prepare(tmp_path / "board", server="http://127.0.0.1:9", api_key="k")
    done = subprocess.run(
        [micropython_path(), "-c", "import sets; print(sets.version('-'))"],
        cwd=tmp_path / "board",
        env=environment(),
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == releases.current().version


def test_manifest_is_signed_with_the_digest_of_the_key(tmp_path: Path) -> None:
    release = make_release(tmp_path, run="print(1)")
    text, _, signature = releases.manifest(release, "n0nce", "d1gest").rpartition("hmac ")
    assert text.splitlines()[:3] == [
        "iotserver firmware 1",
        f"version {release.version}",
        "nonce n0nce",
    ]
    assert text.splitlines()[3] == f"run.py 8 {hashlib.sha256(b'print(1)').hexdigest()}"
    assert signature.strip() == hmac.new(b"d1gest", text.encode(), "sha256").hexdigest()
