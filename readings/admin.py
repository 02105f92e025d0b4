"""The stations' admin with what was measured, and with deletions that fit millions of rows."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Max, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from readings import admin_cells, removal
from readings.admin_forms import SensorForm
from readings.admin_refused import RefusedBoardAdmin
from readings.locks import write_transaction
from readings.times import now_ms
from stations.admin import SensorInline, StationAdmin
from stations.models import RefusedBoard, Sensor, Station

admin.site.register(RefusedBoard, RefusedBoardAdmin)


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(word, word) for word in admin_cells.SYMBOLS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Station]) -> QuerySet[Station]:
        """Ask the one rule about every station: a house has few."""
        if self.value() is None:
            return queryset
        now = now_ms()
        found = [s.pk for s in queryset if admin_cells.state_of(s, now) == self.value()]
        return queryset.filter(pk__in=found)


class MeasuringSensorInline(SensorInline):
    form = SensorForm
    fields = ("field", "quantity", "unit", "label", "keep_raw_months", "latest_value", "remove")
    readonly_fields = ("latest_value", "remove")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Sensor]:
        return super().get_queryset(request).select_related("latest", "station")

    @admin.display(description="Latest")
    def latest_value(self, sensor: Sensor) -> str:
        return admin_cells.latest_value_and_time(sensor, now_ms())

    @admin.display(description="")
    def remove(self, sensor: Sensor) -> str:
        if sensor.pk is None:
            return ""
        url = reverse("admin:stations_station_remove_sensor", args=[sensor.station_id, sensor.pk])
        return format_html('<a href="{}">Remove<span class="unseen"> {}</span>…</a>', url, sensor)


@admin.register(Station)
class MeasuringStationAdmin(StationAdmin):
    list_display: Any = (
        "name",
        "state",
        "last_seen",
        "latest_values",
        "placement",
        "is_active",
        "shown_key",
    )
    list_filter = (StateFilter, *StationAdmin.list_filter)
    inlines: ClassVar[Any] = (MeasuringSensorInline,)
    readonly_fields = ("state", "last_seen", "address", *StationAdmin.readonly_fields)
    fieldsets = (
        *StationAdmin.fieldsets[:-1],
        ("Seen", {"fields": ("state", "last_seen", "address", "created_at")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Station]:
        sensors = Prefetch("sensors", Sensor.objects.select_related("latest"))
        heard_at = Max("sensors__latest__received_at")  # to sort by
        return super().get_queryset(request).annotate(heard_at=heard_at).prefetch_related(sensors)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Let no writer come between reading a station with its sensors and saving them.

        In Django's own transaction PostgreSQL would: whole rows are saved, `raw_since` too.
        """
        if request.method != "POST":
            return super().changeform_view(request, *args, **kwargs)
        with write_transaction():
            return super().changeform_view(request, *args, **kwargs)

    @admin.display(description="State", ordering="heard_at")
    def state(self, station: Station) -> str:
        return admin_cells.state(station, now_ms())

    @admin.display(description="Last seen", ordering="heard_at")
    def last_seen(self, station: Station) -> str:
        return admin_cells.last_seen(station, now_ms())

    @admin.display(description="Calls from")
    def address(self, station: Station) -> str:
        return admin_cells.address(station) or admin_cells.NOTHING

    @admin.display(description="Latest values")
    def latest_values(self, station: Station) -> str:
        return admin_cells.latest_values(station)

    # --- taking away ------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        remove = path(
            "<int:station_id>/sensors/<int:sensor_id>/remove/",
            self.admin_site.admin_view(self.remove_sensor_view),
            name="stations_station_remove_sensor",
        )
        return [remove, *super().get_urls()]

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[str]]:
        """Say what goes with a station in numbers; Django's own would load every reading."""
        stations = list(objs)
        sensors = [sensor for station in stations for sensor in _sensors(station)]
        counts = removal.count_readings([sensor.pk for sensor in sensors])
        listed: list[Any] = []
        for station in stations:
            lines = [f"{s.title}: {_readings(counts[s.pk])}" for s in _sensors(station)]
            listed += [f"Station: {station}", lines] if lines else [f"Station: {station}"]
        totals = {
            "stations": len(stations),
            "sensors": len(sensors),
            "readings": sum(counts.values()),
        }
        needed = set() if self.has_delete_permission(request) else {"station"}
        return listed, totals, needed, []

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Keep boards waiting for no longer than a few readings take to delete."""
        if request.method != "POST":
            return super().delete_view(request, object_id, extra_context)
        station = self.get_object(request, unquote(object_id))
        if station and self.has_delete_permission(request, station):
            removal.empty_stations([station.pk])
        with write_transaction():  # Django's own, inside, would not queue with the boards
            return super().delete_view(request, object_id, extra_context)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Station]) -> None:
        removal.remove_stations([station.pk for station in queryset])

    def remove_sensor_view(
        self, request: HttpRequest, station_id: int, sensor_id: int
    ) -> HttpResponse:
        """Say how many readings go with a sensor, then remove it."""
        sensor = get_object_or_404(Sensor, pk=sensor_id, station_id=station_id)
        if not self.has_change_permission(request, sensor.station):
            raise PermissionDenied
        readings = _readings(removal.count_readings([sensor.pk])[sensor.pk])
        if request.method == "POST":
            return self._remove(request, sensor, readings)
        context = self.page_context(request, f"Remove {sensor.title}") | {
            "station": sensor.station,
            "sensor": sensor,
            "readings": readings,
        }
        return TemplateResponse(request, "admin/stations/station/remove_sensor.html", context)

    def _remove(self, request: HttpRequest, sensor: Sensor, readings: str) -> HttpResponse:
        station = sensor.station
        removal.remove_sensor(sensor.pk)
        text = f"Removed {sensor.title} (field {sensor.field}) and {readings}."
        self.log_change(request, station, text)
        self.message_user(request, text, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:stations_station_change", args=[station.pk]))


def _sensors(station: Station) -> list[Sensor]:
    return list(station.sensors.all())


def _readings(count: int) -> str:
    return f"{count:,} reading{'' if count == 1 else 's'}"
