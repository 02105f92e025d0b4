"""The stations' admin with the walk to a board's first reading and what each board runs."""

from __future__ import annotations

from django.contrib import admin

from firmware import board_admin
from firmware.admin_walk import WalkPages
from stations.models import Station

admin.site.unregister(Station)  # readings.admin's, which this one extends
admin.site.register(Station, WalkPages)
board_admin.extend(admin.site.get_model_admin(Station))
