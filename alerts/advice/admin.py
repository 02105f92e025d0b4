"""The page where a household chooses which thermometers are compared, and on what terms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from alerts.advice.models import AdviceChange, Adviser
from alerts.advice.pairs import sync
from readings import display, queries
from readings.times import now_ms

if TYPE_CHECKING:
    AdviserModelAdmin = admin.ModelAdmin[Adviser]
    ChangeModelAdmin = admin.ModelAdmin[AdviceChange]
else:
    AdviserModelAdmin = ChangeModelAdmin = admin.ModelAdmin


@admin.register(Adviser)
class AdviserAdmin(AdviserModelAdmin):
    """Without an adviser the first thermometer inside is compared with the first outside."""

    list_display = ("inside", "outside", "comfort", "open_margin", "close_margin", "is_active")
    list_select_related = ("inside__station", "outside__station")
    fieldsets = (
        (None, {"fields": ("inside", "outside", "is_active")}),
        ("Temperatures", {"fields": ("comfort", "open_margin", "close_margin", "season")}),
        ("Changes", {"fields": ("dwell_min", "quiet_from", "quiet_until")}),
    )

    def save_model(
        self, request: HttpRequest, obj: Adviser, form: ModelForm[Adviser], change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        _sync()

    def delete_model(self, request: HttpRequest, obj: Adviser) -> None:
        super().delete_model(request, obj)
        _sync()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Adviser]) -> None:
        super().delete_queryset(request, queryset)
        _sync()


@admin.register(AdviceChange)
class AdviceChangeAdmin(ChangeModelAdmin):
    """What was advised when. Written by the watcher, read by people."""

    list_display = ("at", "pair", "advice", "inside", "outside")
    list_select_related = ("pair__inside__station", "pair__outside__station")
    list_display_links = None

    @admin.display(description="At", ordering="happened_at")
    def at(self, change: AdviceChange) -> str:
        zone = ZoneInfo(settings.TIME_ZONE)
        return f"{display.moment(change.happened_at, zone):%Y-%m-%d %H:%M}"

    @admin.display(description="Advice")
    def advice(self, change: AdviceChange) -> str:
        return "Open the windows" if change.is_open else "Close the windows"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _sync() -> None:
    """The dashboard shows the choice at once, without waiting for the watcher's next round."""
    now = now_ms()
    sync(queries.stations_for_dashboard(), now)
