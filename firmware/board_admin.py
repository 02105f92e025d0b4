"""The boards' admin: what each runs and how it is, and which may fetch new firmware."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from firmware import admin_cells as cells
from firmware import verbs
from firmware.models import Board
from stations.models import Station

if TYPE_CHECKING:
    BoardModelAdmin = admin.ModelAdmin[Board]
else:
    BoardModelAdmin = admin.ModelAdmin


@admin.register(Board)
class BoardAdmin(BoardModelAdmin):
    """One row for each board that has reported or may be updated; none is made by hand."""

    list_display = ("station", "updates_allowed", "runs", "reported", "start", "condition")
    list_filter = ("updates_allowed", "version")
    list_select_related = ("station",)
    ordering = ("station__name",)
    fields = ("station", "updates_allowed", "runs", "reported", "start", "condition", "queue")
    readonly_fields: ClassVar[Any] = ("station", *fields[2:])

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Board | None = None) -> bool:
        return False

    @admin.display(description="Firmware", ordering="version")
    def runs(self, board: Board) -> str:
        return cells.version(board)

    @admin.display(description="Reported", ordering="reported_at")
    def reported(self, board: Board) -> str:
        return cells.reported(board)

    @admin.display(description="Last start")
    def start(self, board: Board) -> str:
        return cells.start(board)

    @admin.display(description="Memory and Wi-Fi", ordering="signal_dbm")
    def condition(self, board: Board) -> str:
        return cells.condition(board)

    @admin.display(description="Unsent readings")
    def queue(self, board: Board) -> str:
        return cells.queue(board)


# --- on the stations' own pages -------------------------------------------------


def _board(station: Station) -> Board:
    """Return the board of a station; an empty one before its first report."""
    found = getattr(station, "board", None)
    return found if isinstance(found, Board) else Board(station=station)


@admin.display(description="Firmware")
def firmware(station: Station) -> str:
    return cells.version(_board(station))


@admin.display(description="Firmware")
def board_version(station: Station) -> str:
    board = _board(station)
    if board.reported_at is None:
        return cells.version(board)
    url = reverse("admin:firmware_board_change", args=[station.pk])
    return format_html(
        '{}, reported {} – <a href="{}">updates</a>',
        cells.version(board),
        cells.reported(board),
        url,
    )


@admin.display(description="Last start")
def board_start(station: Station) -> str:
    return cells.start(_board(station))


@admin.display(description="Memory and Wi-Fi")
def board_condition(station: Station) -> str:
    return cells.condition(_board(station))


@admin.display(description="Unsent readings")
def board_queue(station: Station) -> str:
    return cells.queue(_board(station))


@admin.action(description="Offer firmware updates", permissions=["change"])
def offer_updates(model_admin: Any, request: HttpRequest, queryset: QuerySet[Station]) -> None:
    _switch(model_admin, request, queryset, True)


@admin.action(description="Stop offering firmware updates", permissions=["change"])
def stop_updates(model_admin: Any, request: HttpRequest, queryset: QuerySet[Station]) -> None:
    _switch(model_admin, request, queryset, False)


def _switch(
    model_admin: Any, request: HttpRequest, queryset: QuerySet[Station], is_allowed: bool
) -> None:
    stations = list(queryset)
    verbs.allow_updates([station.pk for station in stations], is_allowed)
    what = "Firmware updates offered" if is_allowed else "Firmware updates no longer offered"
    for station in stations:
        model_admin.log_change(request, station, f"{what}.")
    names = ", ".join(station.name for station in stations)
    model_admin.message_user(request, f"{what}: {names}.", messages.SUCCESS)


def extend(stations: Any) -> None:
    """Add to the stations' admin, whatever other rooms have made of it."""
    shown = (board_version, board_start, board_condition, board_queue)
    stations.list_display = (*stations.list_display, firmware)
    stations.readonly_fields = (*stations.readonly_fields, *shown)
    stations.fieldsets = (*stations.fieldsets, ("Board", {"fields": shown}))
    stations.actions = (*stations.actions, offer_updates, stop_updates)
