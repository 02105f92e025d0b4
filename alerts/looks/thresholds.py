"""Looks for values that stay beyond a limit."""

from __future__ import annotations

from alerts.models import Condition, Direction, Kind, ThresholdRule
from alerts.news import Found, News, conditions
from alerts.rules.thresholds import Crossing, Standing, Threshold, follow
from readings.calibration import value_of
from readings.models import Reading
from readings.times import DAY_MS, MINUTE_MS, SECOND_MS
from stations.state import grace_seconds

_PREFIX = "threshold:"
_BEFORE_MS = 5 * MINUTE_MS
_AT_MOST_MS = DAY_MS  # what is older is history and alarms nobody


class ThresholdLook:
    """Follows the readings of every rule's sensor from where the last look ended.

    How far that was is written down only when something changes: the same readings,
    looked at again after a restart, bring it to the same point.
    """

    def __init__(self) -> None:
        self._standing: dict[str, Standing] = {}
        self._next: dict[str, Standing] = {}

    def look(self, now: int) -> Found:
        kept = conditions(_PREFIX)
        rules = ThresholdRule.objects.filter(is_active=True, sensor__station__is_active=True)
        found = Found()
        self._next = {}
        for rule in rules.select_related("sensor__station"):
            cause = f"{_PREFIX}{rule.pk}"
            self._follow(rule, kept.get(cause) or Condition(cause=cause), now, found)
        found.gone = sorted(kept.keys() - self._next.keys())
        return found

    def go_on(self) -> None:
        """Let the next look begin where this one ended: what it found is kept."""
        self._standing = self._next

    def _follow(self, rule: ThresholdRule, kept: Condition, now: int, found: Found) -> None:
        threshold = _threshold(rule)
        begin = Standing(kept.is_raised, kept.since, kept.seen_until)
        standing = self._standing.get(kept.cause, begin)
        since = max(standing.seen_until, _earliest(threshold, standing, now))
        after, crossings = follow(threshold, standing, _readings(rule, since, now))
        self._next[kept.cause] = after
        if (after.is_raised, after.since) != (kept.is_raised, kept.since) or crossings:
            kept.is_raised, kept.since, kept.seen_until = (
                after.is_raised,
                after.since,
                after.seen_until,
            )
            found.conditions.append(kept)
        found.news += [_news(rule, kept.cause, crossing) for crossing in crossings]


def _threshold(rule: ThresholdRule) -> Threshold:
    return Threshold(
        is_above=rule.direction == Direction.ABOVE,
        limit=rule.limit,
        hysteresis=rule.hysteresis,
        for_ms=rule.for_minutes * MINUTE_MS,
        gap_ms=grace_seconds(rule.sensor.station.expected_interval_s) * SECOND_MS,
    )


def _earliest(threshold: Threshold, standing: Standing, now: int) -> int:
    """Return from when on readings count: for a new rule as long ago as it has to last."""
    if not standing.seen_until:
        return now - threshold.for_ms - _BEFORE_MS
    return now - _AT_MOST_MS


def _readings(rule: ThresholdRule, since: int, now: int) -> list[tuple[int, float]]:
    readings = Reading.objects.filter(
        sensor_id=rule.sensor_id, measured_at__gt=since, measured_at__lte=now, is_outlier=False
    )
    rows = readings.order_by("measured_at").annotate(shown=value_of([rule.sensor_id]))
    return list(rows.values_list("measured_at", "shown"))


def _news(rule: ThresholdRule, cause: str, crossing: Crossing) -> News:
    details = {
        "station": rule.sensor.station.name,
        "sensor": rule.sensor.label,
        "quantity": rule.sensor.quantity,
        "unit": rule.sensor.unit,
        "value": crossing.value,
        "limit": rule.limit,
        "is_above": rule.direction == Direction.ABOVE,
        "since": crossing.since,
        "lasted_s": (crossing.at - crossing.since) // SECOND_MS,
    }
    return News(cause, Kind.THRESHOLD, crossing.is_raised, crossing.at, details)
