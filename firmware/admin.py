"""The stations' admin with the walk to a board's first reading."""

from __future__ import annotations

from django.contrib import admin

from firmware.admin_walk import WalkPages
from stations.models import Station

admin.site.unregister(Station)  # readings.admin's, which this one extends
admin.site.register(Station, WalkPages)
