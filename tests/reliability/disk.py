"""A disk that can lose its power.

    with Disk(tmp_path) as disk:
        disk.path                      # an ext4 file system to write on
        with disk.after_power_cut() as path:
            path                       # what would be found on it after a power cut now

The file system lies on an image file. What programs wrote without fsync is at first in
the kernel's memory only and not yet in the image, so that a copy of the image is what a
power cut leaves behind. Mounting the copy replays ext4's journal, as booting does.
Needs root, loop devices and mkfs.ext4.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.patience import PATIENCE_S
from tests.serving import Server

_SIZE = 96 * 1024 * 1024
# Nothing may be written behind our back: neither by mkfs's helpers later nor by the timer.
_FORMAT = ["mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0"]
_OPTIONS = "commit=3600,noatime"


def missing() -> str:
    """Return what keeps this machine from losing power here; empty when nothing does."""
    if os.geteuid() != 0:
        return "only root mounts file systems"
    absent = [tool for tool in ("mkfs.ext4", "losetup", "mount") if shutil.which(tool) is None]
    if absent:
        return f"needs {', '.join(absent)}"
    found = subprocess.run(["losetup", "--find"], capture_output=True, check=False)
    return "" if found.returncode == 0 else "this kernel gives no loop devices"


class Disk:
    """A small ext4 file system, mounted as long as the `with` block lasts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._image = folder / "disk.img"
        self._cuts = 0

    def __enter__(self) -> Disk:
        with self._image.open("wb") as image:
            image.truncate(_SIZE)
        _run(*_FORMAT, str(self._image))
        self._mounted = _mounted(self._image, self._folder / "disk")
        self.path = self._mounted.__enter__()
        return self

    def __exit__(self, *exception: object) -> None:
        self._mounted.__exit__(None, None, None)

    def settle(self) -> None:
        """Bring all that was written so far to the disk."""
        _run("sync", "--file-system", str(self.path))

    @contextmanager
    def after_power_cut(self) -> Iterator[Path]:
        """Mount what is on the disk at this moment, beside the disk itself."""
        self._cuts += 1
        copy = self._folder / f"cut-{self._cuts}.img"
        shutil.copyfile(self._image, copy)
        try:
            with _mounted(copy, self._folder / f"cut-{self._cuts}") as path:
                yield path
        finally:
            copy.unlink()


@contextmanager
def power_cut(server: Server, disk: Disk) -> Iterator[Path]:
    """Cut the power of a server at this moment; yields what is found on its disk."""
    server.freeze()
    try:
        with disk.after_power_cut() as found:
            server.kill()
            yield found
    finally:
        server.kill()


@contextmanager
def _mounted(image: Path, place: Path) -> Iterator[Path]:
    place.mkdir()
    device = _run("losetup", "--find", "--show", str(image)).strip()
    try:
        _run("mount", "-t", "ext4", "-o", _OPTIONS, device, str(place))
        try:
            yield place
        finally:
            _run("umount", str(place))
    finally:
        _run("losetup", "--detach", device)


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout
