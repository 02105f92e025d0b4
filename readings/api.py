"""The API under /api/v1/: what the dashboard shows, for programs. HTTP only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from readings import queries, units
from readings.queries import latest_of
from readings.times import from_ms, now_ms
from stations.models import Sensor, Station


class SensorSerializer(serializers.ModelSerializer[Sensor]):
    """A sensor and its latest value in the canonical unit: C, %, hPa, m/s, mm."""

    unit = serializers.SerializerMethodField()
    value = serializers.SerializerMethodField("newest_value")
    measured_at = serializers.SerializerMethodField()

    class Meta:
        model = Sensor
        fields = ("id", "field", "quantity", "unit", "label", "value", "measured_at")

    def get_unit(self, sensor: Sensor) -> str:
        return units.CANONICAL.get(sensor.quantity, sensor.unit)

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def newest_value(self, sensor: Sensor) -> float | None:
        latest = latest_of(sensor)
        return latest.value if latest else None

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_measured_at(self, sensor: Sensor) -> datetime | None:
        latest = latest_of(sensor)
        return from_ms(latest.measured_at) if latest and latest.measured_at else None


class StationSerializer(serializers.ModelSerializer[Station]):
    """A station, how fresh it is, and its sensors."""

    state = serializers.SerializerMethodField()
    sensors = SensorSerializer(many=True, read_only=True)

    class Meta:
        model = Station
        fields = ("id", "name", "placement", "state", "expected_interval_s", "sensors")

    @extend_schema_field(serializers.ChoiceField(["live", "late", "silent", "waiting"]))
    def get_state(self, station: Station) -> str:
        return queries.state_of(station, now_ms())


class StationViewSet(viewsets.ViewSet):
    """The active stations with their latest values."""

    lookup_value_converter = "int"

    @extend_schema(responses=StationSerializer(many=True), summary="All stations, latest values")
    def list(self, request: Request) -> Response:
        return Response(StationSerializer(queries.stations_for_dashboard(), many=True).data)

    @extend_schema(responses=StationSerializer, summary="One station")
    def retrieve(self, request: Request, pk: int) -> Response:
        found: list[Any] = [s for s in queries.stations_for_dashboard() if s.pk == pk]
        if not found:
            return Response({"detail": "There is no active station with this id."}, status=404)
        return Response(StationSerializer(found[0]).data)
