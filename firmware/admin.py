"""The stations' admin with the walk to a board's first reading and what each board runs."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from firmware import board_admin
from firmware.admin_walk import WalkPages
from stations.models import Station


class BoardPages(WalkPages):
    def get_queryset(self, request: HttpRequest) -> QuerySet[Station]:
        return super().get_queryset(request).select_related("board")


admin.site.unregister(Station)  # readings.admin's, which this one extends
admin.site.register(Station, BoardPages)
board_admin.extend(admin.site.get_model_admin(Station))
