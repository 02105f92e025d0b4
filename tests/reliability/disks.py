"""Real small disks for tests: to be filled, to break, to be mended. They need root."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

needs_root = pytest.mark.skipif(
    os.name != "posix" or os.geteuid() != 0, reason="mounting a small disk takes root"
)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """Mount a disk of so many megabytes, kept in memory, at a new folder."""
    folder.mkdir()
    _run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        _run("umount", "-l", str(folder))


class Filler:
    """A file that takes all the room a disk has."""

    def __init__(self, disk: Path) -> None:
        self._file = disk / "holiday-pictures"

    def fill(self) -> None:
        chunk = bytes(1 << 16)
        with self._file.open("ab", buffering=0) as file, suppress(OSError):
            while True:  # a short write is followed by the error
                file.write(chunk)

    def remove(self) -> None:
        self._file.unlink()


class Card:
    """A card with ext4, in a file: after an error it is read-only until it is mended."""

    def __init__(self, image: Path, folder: Path) -> None:
        self.folder = folder
        self._image = image
        folder.mkdir()
        with image.open("wb") as file:
            file.truncate(64 << 20)
        _run("mkfs.ext4", "-q", str(image))
        self.mount()

    def mount(self) -> None:
        options = "loop,errors=remount-ro"
        _run("mount", "-t", "ext4", "-o", options, str(self._image), str(self.folder))

    def fail(self) -> None:
        """Let the kernel find an error, as on a worn card: it stops all writing."""
        device = Path(_run("findmnt", "-no", "SOURCE", str(self.folder)).strip()).name
        Path(f"/sys/fs/ext4/{device}/trigger_fs_error").write_text("worn out")

    def unmount(self) -> None:
        _run("umount", str(self.folder))

    def mend(self) -> None:
        # 1: errors were corrected
        done = subprocess.run(["e2fsck", "-fy", str(self._image)], capture_output=True, text=True)
        assert done.returncode in (0, 1), done.stdout
        self.mount()

    def remove(self) -> None:
        subprocess.run(["umount", "-l", str(self.folder)], capture_output=True)


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
