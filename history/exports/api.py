"""Exports for programs: /api/v1/readings/export.csv and .json. HTTP only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from history.exports import files
from history.exports.forms import ExportForm
from history.exports.names import filename
from history.exports.scope import Scope
from history.exports.streaming import file_response
from readings.times import now_ms

Make = Callable[[Scope], Iterator[bytes]]

_PARAMETERS = [
    OpenApiParameter("station", int, many=True, description="Ids of stations; none: all."),
    OpenApiParameter(
        "since", str, description="A day of the house (2026-01-31) or a time with its offset."
    ),
    OpenApiParameter(
        "until", str, description="The last day, which is in, or a time, which is not."
    ),
    OpenApiParameter(
        "every",
        str,
        enum=["raw", "hour", "day"],
        description="Readings (the default) or summaries.",
    ),
    OpenApiParameter("unit", str, enum=["C", "F"], description="Of temperatures; C by default."),
    OpenApiParameter(
        "time",
        str,
        enum=["utc", "house"],
        description="ISO times with offset, in UTC (the default) or the house's time.",
    ),
]


class ExportedSerializer(serializers.Serializer[Any]):
    """A reading. Of an hour or day: count, mean, min, max, min_at, max_at after the unit."""

    time = serializers.DateTimeField()
    station = serializers.CharField()
    mac = serializers.CharField()
    field = serializers.IntegerField()
    quantity = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a name of DRF's own
    unit = serializers.CharField()
    value = serializers.FloatField()
    raw = serializers.FloatField(help_text="As it was measured, before any calibration.")
    delay_s = serializers.IntegerField()
    is_outlier = serializers.BooleanField()


def _send(request: Request, make: Make, ending: str, content_type: str) -> Any:
    form = ExportForm(request.query_params)
    if not form.is_valid():
        return Response(form.errors, status=400)
    scope = form.scope(time="utc")
    name = filename(scope, now_ms(), ending)
    return file_response(request._request, make(scope), name, content_type)


class CsvExportView(APIView):
    """Readings or summaries as one file, however many, streamed as it is read.

    Sorted by station, field and time. Text that a spreadsheet would take for a formula has an
    apostrophe before it. UTF-8 without a byte order mark.
    """

    @extend_schema(
        parameters=_PARAMETERS,
        summary="Any range as CSV",
        operation_id="readings_export_csv",
        responses={(200, "text/csv"): OpenApiResponse(OpenApiTypes.STR)},
    )
    def get(self, request: Request) -> Any:
        return _send(request, files.as_csv, "csv", "text/csv; charset=utf-8")


class JsonExportView(APIView):
    """The same as a JSON array, an object a line."""

    @extend_schema(
        parameters=_PARAMETERS,
        summary="Any range as JSON",
        operation_id="readings_export_json",
        responses=ExportedSerializer(many=True),
    )
    def get(self, request: Request) -> Any:
        return _send(request, files.as_json, "json", "application/json")
