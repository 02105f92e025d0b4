"""How the server is: what the status page and its API show. Queries only."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Sum

from readings import clock, damage
from readings.counters import CAUSES, STORED, counters
from readings.models import Heartbeat, HourSummary, Reading
from readings.queries import station_states
from readings.times import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, hour_of, now_ms
from stations.models import Sensor
from upkeep import disk, disk_watch, results
from upkeep.models import TaskResult
from upkeep.versions import versions

_WATCHER_WITHIN_S = 180


@dataclass(frozen=True, slots=True)
class Rates:
    """Readings measured within the last minute, hour and day."""

    minute: int
    hour: int
    day: int


@dataclass(frozen=True, slots=True)
class Ingest:
    """What the workers did since the start. `refused` counts requests by their cause."""

    stored: int
    refused: dict[str, int]
    waiting: int
    peak: int


@dataclass(frozen=True, slots=True)
class Status:
    at: int
    started_at: int
    rates: Rates
    ingest: Ingest
    room: disk.Room
    years_left: float | None
    stations: dict[str, int]
    watcher_at: int | None
    tasks: tuple[TaskResult, ...]
    versions: dict[str, str]
    clock_objection: str
    disk_state: disk_watch.State
    is_damaged: bool

    @property
    def watcher_is_fresh(self) -> bool:
        return (
            self.watcher_at is not None
            and self.at - self.watcher_at <= _WATCHER_WITHIN_S * SECOND_MS
        )

    @property
    def troubles(self) -> list[str]:
        """Return what an operator has to see to, a sentence each."""
        failed = [task for task in self.tasks if not task.is_ok]
        found = [f"{task.name.capitalize()}: {task.text}" for task in failed]
        if self.clock_objection:
            found.append(self.clock_objection)
        if not self.watcher_is_fresh:
            found.append("The watcher makes no rounds. Restart the server; its log tells why.")
        if self.is_damaged:
            found.append(f"The database is damaged: nothing is stored. {damage.WHAT_TO_DO}")
        if self.disk_state != "roomy" and "disk" not in {task.name for task in failed}:
            found.append(f"Only {disk.in_words(self.room.free)} are free on the data's disk.")
        return found


def status() -> Status:
    """Look at everything; cheap enough for a page that is loaded again and again."""
    now = now_ms()
    rates = _rates(now)
    room = disk.room(Path(settings.DATA_DIR), _database_file())
    beat = Heartbeat.objects.filter(name="watcher").first()
    return Status(
        at=now,
        started_at=round(counters.started_at * SECOND_MS),
        rates=rates,
        ingest=_ingest(),
        room=room,
        years_left=room.years_left(rates.day),
        stations=dict(Counter(station_states(now).values())),
        watcher_at=beat.beat_at if beat else None,
        tasks=tuple(results.last_results().values()),
        versions=versions(),
        clock_objection=clock.objection(),
        disk_state=disk_watch.measure()[0],
        is_damaged=damage.is_marked(),
    )


def _rates(now: int) -> Rates:
    """Count by index: the last hour in the readings, the day in the summaries of hours."""
    sensors = list(Sensor.objects.values_list("pk", flat=True))
    recent = Reading.objects.filter(sensor_id__in=sensors, measured_at__lte=now)
    hours = HourSummary.objects.filter(sensor_id__in=sensors, period__gt=hour_of(now - DAY_MS))
    return Rates(
        recent.filter(measured_at__gt=now - MINUTE_MS).count(),
        recent.filter(measured_at__gt=now - HOUR_MS).count(),
        hours.aggregate(total=Sum("count"))["total"] or 0,
    )


def _ingest() -> Ingest:
    totals = counters.totals()
    refused = {cause: totals[cause] for cause in CAUSES if totals[cause]}
    return Ingest(totals[STORED], refused, totals["waiting"], totals["peak"])


def _database_file() -> Path | None:
    return Path(connection.settings_dict["NAME"]) if connection.vendor == "sqlite" else None
