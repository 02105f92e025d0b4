"""A station's own firmware: every file of its board, with config.py filled in."""

from __future__ import annotations

import zipfile
from io import BytesIO

from django.utils.text import slugify

from firmware.files import CONFIG, board_files, name_on_board
from firmware.render import BoardSettings, render_config


def bundle(settings: BoardSettings) -> dict[str, str]:
    """Return each file's text by its name on the board, in the order of uploading.

    Raises `InvalidSettings`.
    """
    config = render_config(settings)
    return {
        name_on_board(path): config if path == CONFIG else path.read_text(encoding="utf-8")
        for path in board_files()
    }


def zipped(files: dict[str, str], folder: str) -> bytes:
    """Return the files as a zip with all of them in one folder."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(f"{folder}/{name}", text)
    return packed.getvalue()


def folder_name(station_name: str) -> str:
    """Return the station's name as a folder can have it on any system."""
    return slugify(station_name) or "station"


def folders() -> list[str]:
    """Return the folders that have to be made on the board first."""
    names = (name_on_board(path).rpartition("/")[0] for path in board_files())
    return sorted({name for name in names if name})


def file_names() -> list[str]:
    """Return the names of the files on the board, in the order of uploading."""
    return [name_on_board(path) for path in board_files()]
