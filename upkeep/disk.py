"""How much room there is, and for how many years. Pure but for asking the disk."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

# Measured over ten stations and a year, summaries and indexes included: docs/performance.md.
BYTES_A_READING = 28


@dataclass(frozen=True, slots=True)
class Room:
    """Sizes in bytes."""

    total: int
    free: int
    database: int  # 0 where the database is not a file of ours
    wal: int

    def years_left(self, readings_a_day: float) -> float | None:
        """Return after how many years the disk is full at this rate; None without readings."""
        if readings_a_day <= 0:
            return None
        return self.free / (readings_a_day * BYTES_A_READING) / 365.25


def room(folder: Path, database: Path | None) -> Room:
    """Look at the disk of a folder, and at the SQLite file where there is one."""
    usage = shutil.disk_usage(folder)
    wal = database.with_name(f"{database.name}-wal") if database else None
    return Room(usage.total, usage.free, _size(database), _size(wal))


def _size(file: Path | None) -> int:
    try:
        return file.stat().st_size if file else 0
    except FileNotFoundError:
        return 0


def in_words(size: float) -> str:
    """Return a size as people read it, e.g. `27 MB`."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1_000:
            return (
                f"{size:.1f} {unit}" if 0 < size < 10 and unit != "bytes" else f"{size:.0f} {unit}"
            )
        size /= 1_000
    return f"{size:.1f} TB"
