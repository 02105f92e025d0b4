"""The status for programs: /api/v1/status/. HTTP only."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from readings.times import from_ms
from upkeep.models import TaskResult
from upkeep.status import status


class _Milliseconds(serializers.DateTimeField):
    """Our time, whole milliseconds since 1970, as an ISO time in UTC."""

    def to_representation(self, value: Any) -> str:
        return from_ms(value).isoformat().replace("+00:00", "Z")


class RatesSerializer(serializers.Serializer[Any]):
    """Readings measured within the last minute, hour and day."""

    minute = serializers.IntegerField()
    hour = serializers.IntegerField()
    day = serializers.IntegerField()


class IngestSerializer(serializers.Serializer[Any]):
    """Since the start: readings stored, requests refused by cause; the queue now and at most."""

    stored = serializers.IntegerField()
    refused = serializers.DictField(child=serializers.IntegerField())
    waiting = serializers.IntegerField()
    peak = serializers.IntegerField()


class RoomSerializer(serializers.Serializer[Any]):
    """Bytes on the data's disk, and of the database and its WAL."""

    total = serializers.IntegerField()
    free = serializers.IntegerField()
    database = serializers.IntegerField()
    wal = serializers.IntegerField()


class TaskSerializer(serializers.ModelSerializer[TaskResult]):
    """How a task of the housekeeping last ended."""

    ended_at = _Milliseconds()

    class Meta:
        model = TaskResult
        fields = ("name", "ended_at", "is_ok", "text")


class StatusSerializer(serializers.Serializer[Any]):
    """How the server is. `troubles` is empty when nothing needs you."""

    troubles = serializers.ListField(child=serializers.CharField())
    started_at = _Milliseconds()
    rates = RatesSerializer()
    ingest = IngestSerializer()
    room = RoomSerializer()
    years_left = serializers.FloatField(allow_null=True)
    stations = serializers.DictField(child=serializers.IntegerField())
    watcher_at = _Milliseconds(allow_null=True)
    tasks = TaskSerializer(many=True)
    versions = serializers.DictField(child=serializers.CharField())


class StatusView(APIView):
    """How the server is, for those who run it."""

    permission_classes = (IsAdminUser,)

    @extend_schema(responses=StatusSerializer, summary="How the server is (staff)")
    def get(self, request: Request) -> Response:
        return Response(StatusSerializer(status()).data, headers={"Cache-Control": "no-store"})
