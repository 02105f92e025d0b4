"""What can be done to a board. The only place that writes one."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from firmware.models import Board
from firmware.reports import Report
from readings.locks import write_transaction


def note_report(station_id: int, report: Report) -> Board:
    """Keep what a board says of itself in place of what it said before."""
    said = {name: value for name, value in report._asdict().items() if name != "mac"}
    with write_transaction():
        board, _ = Board.objects.update_or_create(
            station_id=station_id, defaults={**said, "reported_at": timezone.now()}
        )
    return board


def allow_updates(station_ids: Iterable[int], is_allowed: bool) -> None:
    """Offer new firmware to the boards of these stations from their next report on, or no more."""
    boards = [Board(station_id=pk, updates_allowed=is_allowed) for pk in station_ids]
    with write_transaction():
        Board.objects.bulk_create(
            boards,
            update_conflicts=True,
            unique_fields=["station"],
            update_fields=["updates_allowed"],
        )
