"""What the admin shows of a board, as text."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.timesince import timesince

from firmware import releases
from firmware.models import Board

_NOTHING = "–"
# What boards say of their start, for people.
_CAUSES = {
    "PWRON": "power came",
    "HARD": "reset button",
    "WDT": "the chip's watchdog: the firmware hung",
    "SOFT": "restarted by the firmware",
    "DEEPSLEEP": "woke from deep sleep",
}
_REASONS = {
    "stuck": "nothing had moved for five minutes",
    "error": "an unexpected error",
    "update": "to fetch an update",
}


def version(board: Board) -> str:
    """Say which version runs, and how it stands to this server's."""
    if not board.version:
        return "not reported yet"
    return format_html("<code>{}</code> ({})", board.version, _note(board))


def _note(board: Board) -> str:
    offered = releases.current().version
    if board.version == offered:
        return "as on this server"
    if board.failed_version == offered:
        return f"{offered} did not work on it"
    return f"{offered} offered" if board.updates_allowed else f"this server has {offered}"


def reported(board: Board) -> str:
    if board.reported_at is None:
        return _NOTHING
    return f"{timesince(board.reported_at, depth=1)} ago"


def start(board: Board) -> str:
    """Say how long before its report the board started, and why."""
    if board.uptime_s is None:
        return _NOTHING
    cause = _CAUSES.get(board.reset_cause, f"cause {board.reset_cause or 'unknown'}")
    reason = _REASONS.get(board.restarted_for, "")
    hours, minutes = divmod(board.uptime_s // 60, 60)
    return f"up {hours} h {minutes} min: {cause}" + (f", {reason}" if reason else "")


def condition(board: Board) -> str:
    if board.free_bytes is None:
        return _NOTHING
    signal = "" if board.signal_dbm is None else f", {board.signal_dbm} dBm"
    return f"{board.free_bytes:,} bytes free{signal}"


def queue(board: Board) -> str:
    if board.waiting is None:
        return _NOTHING
    return f"{board.waiting:,} waiting, {board.lost:,} lost since its start"
