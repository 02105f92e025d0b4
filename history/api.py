"""Series of values for charts, under /api/v1/series/. HTTP only."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from history.answer import answer
from history.ranges import BadRange, between
from history.series import read_series
from readings.times import now_ms
from stations.models import Sensor
from viewers.preferences import viewer_unit

_FEWEST, _MOST, _SENSORS = 2, 5_000, 20


class SeriesQuery(serializers.Serializer[Any]):
    """What can be asked."""

    sensor = serializers.ListField(
        child=serializers.IntegerField(),
        min_length=1,
        max_length=_SENSORS,
        help_text="A sensor's id; repeat it for more: sensor=1&sensor=3.",
    )
    # `from` is a word of Python's, hence the method below.
    to = serializers.CharField(
        required=False, default="", help_text="Like from; a date is included. Now unless given."
    )
    points = serializers.IntegerField(
        required=False,
        default=500,
        min_value=_FEWEST,
        max_value=_MOST,
        help_text="How many stretches at the most, as wide as the chart in pixels.",
    )
    unit = serializers.ChoiceField(
        ["C", "F"], required=False, help_text="Of temperatures; the viewer's choice unless given."
    )
    inside = serializers.IntegerField(
        required=False, help_text="With outside: sensors to compare for cooler_outside."
    )
    outside = serializers.IntegerField(required=False)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        begin = serializers.CharField(
            help_text="A date of the house, 2026-01-31, or a time, 2026-01-31T07:00:00Z."
        )
        return {"from": begin, **super().get_fields()}


class OneSeries(serializers.Serializer[Any]):
    """The columns are equally long. In a gap all but `time` are null."""

    sensor = serializers.IntegerField()
    station = serializers.IntegerField()
    name = serializers.CharField(help_text="The station's.")
    title = serializers.CharField(help_text="The sensor's.")
    quantity = serializers.CharField()
    unit = serializers.CharField()
    source = serializers.ChoiceField(  # type: ignore[assignment]
        ["raw", "hour", "day"], help_text="Read from the readings or from their summaries."
    )
    bucket_s = serializers.IntegerField(
        help_text="How long each stretch is; 0: each is one reading. A day counts 24 hours."
    )
    time = serializers.ListField(
        child=serializers.FloatField(), help_text="When each begins, in seconds since 1970 (UTC)."
    )
    min = serializers.ListField(child=serializers.FloatField(allow_null=True))
    mean = serializers.ListField(child=serializers.FloatField(allow_null=True))
    max = serializers.ListField(child=serializers.FloatField(allow_null=True))
    count = serializers.ListField(
        child=serializers.IntegerField(allow_null=True), help_text="Readings; outliers left out."
    )
    late = serializers.ListField(
        child=serializers.IntegerField(allow_null=True),
        help_text="How many of them were back-filled; null when read from summaries.",
    )


class SeriesAnswer(serializers.Serializer[Any]):
    time_zone = serializers.CharField(help_text="The house's: its days begin at midnight there.")
    to = serializers.FloatField(help_text="The end of the range, like time.")
    series = OneSeries(many=True)
    cooler_outside = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField()),
        help_text="From when to when outside was below inside; up to 62 days.",
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        begin = serializers.FloatField(help_text="The begin of the range, like time.")
        return {"from": begin, **super().get_fields()}


class SeriesView(APIView):
    @extend_schema(
        parameters=[SeriesQuery],
        responses=SeriesAnswer,
        summary="Values over time, sized to a chart",
        description="Readings while there are no more than `points`, else at most `points` buckets"
        " from readings, hours or days, whichever takes the least reading. Buckets are whole: the"
        " first may begin before `from`. Outliers are left out.",
    )
    def get(self, request: Request) -> Response:
        query = SeriesQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        zone = ZoneInfo(settings.TIME_ZONE)
        try:
            period = between(asked["from"], asked["to"], now_ms(), zone)
        except BadRange as error:
            return Response({"detail": str(error)}, status=400)
        pair = [asked[name] for name in ("inside", "outside") if name in asked]
        wanted = [*asked["sensor"], *pair]
        sensors = Sensor.objects.select_related("station").in_bulk(wanted)
        if unknown := [one for one in wanted if one not in sensors]:
            return Response({"detail": f"There is no sensor {unknown[0]}."}, status=404)
        points = asked["points"]
        found = {pk: read_series(one, period, points, zone) for pk, one in sensors.items()}
        unit = asked.get("unit") or viewer_unit(request._request)
        shown = [found[pk] for pk in dict.fromkeys(asked["sensor"])]
        compared = (found[pair[0]], found[pair[1]]) if len(pair) == 2 else None
        return Response(answer(shown, compared, period, unit, zone))
