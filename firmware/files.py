"""The board's own files, as shipped: found by looking, so that new ones come along."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent / "micropython"
CONFIG = ROOT / "config.py"
_LAST = "main.py"  # a board must not start half a program


def board_files(root: Path = ROOT) -> Sequence[Path]:
    """Every file that goes on a board, in the order of uploading: main.py last."""
    found = (path for path in root.rglob("*.py") if "__pycache__" not in path.parts)
    return sorted(found, key=lambda path: (name_on_board(path, root) == _LAST, path))


def name_on_board(path: Path, root: Path = ROOT) -> str:
    """What a file is called on the board, with `/` between folders: `lib/sht31.py`."""
    return path.relative_to(root).as_posix()
