"""The station's files on a board: what differs is sent, and compared afterwards."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from firmware import board
from firmware.files import CONFIG, board_files, name_on_board
from firmware.render import BoardSettings, render_config


class ArrivedChanged(board.BoardError):
    def __init__(self, port: str, name: str) -> None:
        super().__init__(
            f"{name} arrived on the board on {port} other than it was sent. Try again; if that"
            " does not help, take another cable or write MicroPython anew with --firmware."
        )


def shipped_files() -> dict[str, Path]:
    """Every shipped file by its name on the board, but the settings."""
    return {name_on_board(path): path for path in board_files() if path != CONFIG}


@contextmanager
def station_files(settings: BoardSettings) -> Iterator[dict[str, Path]]:
    """Every file of one station. Its config.py exists for this block, for this user only."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / CONFIG.name
        write_secret(config, render_config(settings))
        yield shipped_files() | {name_on_board(CONFIG): config}


def write_secret(path: Path, text: str) -> None:
    """Write a new file that nobody else may read. Raises `FileExistsError`."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)


def config_on(port: str) -> bytes:
    """The settings that are on the board; nothing when there are none."""
    try:
        return board.read_file(port, name_on_board(CONFIG))
    except board.FileMissing:
        return b""


def load(port: str, files: Mapping[str, Path], say: Callable[[str], None]) -> None:
    """Bring the board's files to this state; what is there already is not sent again."""
    wanted = {name: _sha256(path) for name, path in files.items()}
    there = board.checksums(port, list(wanted))
    changed = {name: path for name, path in files.items() if there.get(name) != wanted[name]}
    board.upload(port, changed, on_file=lambda name: say(f"sending {name}"))
    there = board.checksums(port, list(changed)) if changed else {}
    for name in changed:
        if there.get(name) != wanted[name]:
            raise ArrivedChanged(port, name)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
