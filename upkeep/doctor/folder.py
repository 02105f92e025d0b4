"""DATA_DIR: whose it is, who may read it, what disk it lies on and how full that is."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from upkeep import disk, disk_watch
from upkeep.doctor.findings import Finding, error, ok, warning

_NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "glusterfs", "fuse.sshfs", "afs"}
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_SECRETS = ("secret_key", "admin_password")


def data_folder() -> Iterator[Finding]:
    """Whose it is matters most: what another user writes there, the server cannot open."""
    folder = settings.DATA_DIR
    if not is_owner():
        yield warning(
            f"You are not the owner of {folder}: nothing was tried that writes there.",
            f"Run this as that user: sudo -u {_owner(folder)} .venv/bin/python manage.py doctor",
        )
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        yield error(
            f"{folder} cannot be read and written.",
            "Give it to the user that runs the server: chown -R USER, chmod 700.",
        )
    else:
        yield ok(f"Data in {folder}.")


def secrets() -> Iterator[Finding]:
    folder = settings.DATA_DIR
    if os.name != "posix":
        return
    exposed = [
        name for name in _SECRETS if (folder / name).exists() and _mode(folder / name) & _OTHERS
    ]
    for name in exposed:
        yield error(f"Others can read {folder / name}.", f"Run: chmod 600 {folder / name}")
    database = _database_file()
    if _mode(folder) & _OTHERS and database and database.exists() and _mode(database) & _OTHERS:
        yield warning(
            f"Other users of this machine can read {database}.", f"Run: chmod 700 {folder}"
        )
    elif not exposed:
        yield ok("Secrets are readable by their owner alone.")


def disk_space() -> Iterator[Finding]:
    space = disk.room(settings.DATA_DIR, _database_file())
    told = f"{disk.in_words(space.free)} of {disk.in_words(space.total)} free on the data's disk"
    mend = f"Make room on the disk of {settings.DATA_DIR}; the server goes on by itself."
    state, _ = disk_watch.measure()
    if state == "full":
        yield error(f"Only {told}.", mend)
    elif state == "nearly full":
        yield warning(f"Only {told}.", mend)
    else:
        yield ok(f"{told[0].upper()}{told[1:]}.")


def file_system() -> Iterator[Finding]:
    """SQLite's WAL needs memory that all its processes share: no network disk has that."""
    database, mounts = _database_file(), _mounts()
    if database is None or not mounts:
        return
    kind = kind_of_mount(database.parent.resolve(), mounts)
    if kind in _NETWORK:
        yield error(
            f"The database lies on a network disk ({kind}), where SQLite loses data.",
            "Move DATA_DIR to a disk of this machine, or use PostgreSQL (DATABASE_URL).",
        )
    else:
        yield ok(f"The database lies on a disk of this machine ({kind}).")


def kind_of_mount(folder: Path, mountinfo: str) -> str:
    """Return the type of the file system a folder is on; see proc(5) for the format."""
    longest, found = -1, "unknown"
    for line in mountinfo.splitlines():
        before, _, after = line.partition(" - ")
        point = Path(before.split(" ")[4].replace("\\040", " "))
        if folder.is_relative_to(point) and len(point.parts) >= longest:
            longest, found = len(point.parts), after.split(" ")[0]
    return found


def static_files() -> Iterator[Finding]:
    root = Path(settings.STATIC_ROOT)
    if (root / "iotserver").is_dir() and any((root / "iotserver").glob("app*.css")):
        yield ok("Style sheets and scripts are gathered.")
    else:
        yield error(
            f"Style sheets and scripts are not in {root}: pages look bare.",
            "Restart the server, or run: .venv/bin/python manage.py collectstatic",
        )


def first_password() -> Iterator[Finding]:
    file = settings.ADMIN_PASSWORD_FILE
    if file.exists():
        yield warning(
            f"The first run's password still lies in {file}.",
            "Sign in to the admin, change the password, and remove the file.",
        )


def is_owner() -> bool:
    """True when what this process writes into DATA_DIR belongs to the server's user."""
    return os.name != "posix" or settings.DATA_DIR.stat().st_uid == os.geteuid()


def _owner(folder: Path) -> str:
    try:
        return folder.owner()
    except (KeyError, NotImplementedError):
        return "OWNER"


def _mounts() -> str:
    file = Path("/proc/self/mountinfo")
    return file.read_text() if file.exists() else ""


def _mode(file: Path) -> int:
    return file.stat().st_mode


def _database_file() -> Path | None:
    default = settings.DATABASES["default"]
    return Path(default["NAME"]) if default["ENGINE"].endswith("sqlite3") else None
