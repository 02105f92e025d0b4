"""The ledger: how complete each day of each station is.

Closed days are worked out once, and again when readings of them arrive late; today, and
the gaps of any day, are read from the readings when somebody asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Max, Sum

from history.ledger.tally import Post, Tally, tally
from history.models import StationDay
from readings.locks import write_transaction
from readings.models import DaySummary, Reading
from readings.times import day_of, day_start_ms, now_ms
from stations.models import Sensor, Station

_FIELDS = ("expected", "live", "late", "missing", "counted")
_AT_ONCE = 50  # days of one transaction


def zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def today() -> int:
    return day_of(now_ms(), zone())


def tally_of(station: Station, day: int) -> Tally:
    """Work a day out from its readings; of today, what has passed of it."""
    now = now_ms()
    since, until = day_start_ms(day, zone()), min(day_start_ms(day + 1, zone()), now)
    if until <= since:
        return Tally(0, 0, 0)
    posts = _posts(station, since, until)
    before, after = _neighbours(station, since, until)
    return tally(posts, since, until, station.expected_interval_s, before, after or now)


def _neighbours(station: Station, since: int, until: int) -> tuple[int | None, int | None]:
    """Return the last time ahead of a stretch and the first behind it; sensor by sensor, since
    the key of readings begins with it.
    """
    before: list[int] = []
    after: list[int] = []
    for sensor in Sensor.objects.filter(station=station):
        times = Reading.objects.filter(sensor=sensor).values_list("measured_at", flat=True)
        before += times.filter(measured_at__lt=since).order_by("-measured_at")[:1]
        after += times.filter(measured_at__gte=until).order_by("measured_at")[:1]
    return max(before, default=None), min(after, default=None)


def _posts(station: Station, since: int, until: int) -> list[Post]:
    """Return the posts of a station: what the sensor with most readings sent."""
    found: list[Post] = []
    for sensor in Sensor.objects.filter(station=station):
        rows = Reading.objects.filter(
            sensor=sensor, measured_at__gte=since, measured_at__lt=until
        ).order_by("measured_at")
        posts = [Post(*row) for row in rows.values_list("measured_at", "delay_s")]
        if len(posts) > len(found):
            found = posts
    return found


def bring_up_to_date(check: Callable[[], None] = lambda: None) -> str:
    """Work out every closed day that is new or has changed; `check` may raise to end it."""
    count = 0
    for station in Station.objects.order_by("pk"):
        counts = _counts(station)
        _forget(station, min(counts, default=today()))
        for days in _batches(_changed(station, counts)):
            check()
            _write(station, days)
            count += len(days)
    return f"Worked out {count:,} days of stations."


def _counts(station: Station) -> dict[int, int]:
    """Return how many readings each closed day has; those of deleted readings count on."""
    summed = DaySummary.objects.filter(sensor__station=station, period__lt=today())
    return {row["period"]: row["n"] for row in summed.values("period").annotate(n=Sum("count"))}


def _forget(station: Station, first: int) -> None:
    """Delete the lines of days before the first with readings: a removed sensor's."""
    lines = StationDay.objects.filter(station=station, day__lt=first)
    if lines.exists():
        with write_transaction():
            lines.delete()


def _changed(station: Station, counts: dict[int, int]) -> dict[int, int]:
    """Return the days whose readings are not as many as when they were worked out.

    A reading more may end a gap of the day before or begin one of the day after.
    """
    if not counts:
        return {}
    first, kept = min(counts), _first_with_readings(station)
    known = dict(StationDay.objects.filter(station=station).values_list("day", "counted"))
    now = {day: counts.get(day, 0) for day in range(max(first, kept), today())}
    changed = {day for day, count in now.items() if known.get(day) != count}
    beside = {day + step for day in changed for step in (-1, 1)}
    return {day: now[day] for day in sorted((changed | beside) & now.keys())}


def _first_with_readings(station: Station) -> int:
    """Return the first day none of whose readings was deleted for its age."""
    since = Sensor.objects.filter(station=station).aggregate(at=Max("raw_since"))["at"] or 0
    return day_of(since - 1, zone()) + 1 if since else 0


def _batches(days: dict[int, int]) -> Iterator[list[tuple[int, int]]]:
    items = list(days.items())
    for start in range(0, len(items), _AT_ONCE):
        yield items[start : start + _AT_ONCE]


def _write(station: Station, days: list[tuple[int, int]]) -> None:
    lines = []
    for day, counted in days:
        found = tally_of(station, day)
        numbers = (found.expected, found.live, found.late, found.missing, counted)
        values = dict(zip(_FIELDS, numbers, strict=True))
        lines.append(StationDay(station=station, day=day, **values))
    with write_transaction():
        if not Station.objects.filter(pk=station.pk).exists():
            return  # deleted meanwhile
        StationDay.objects.bulk_create(
            lines,
            update_conflicts=True,
            unique_fields=["station", "day"],
            update_fields=list(_FIELDS),
        )
