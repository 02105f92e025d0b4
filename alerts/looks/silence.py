"""Looks for stations that fell silent or came back."""

from __future__ import annotations

from django.db.models import Max

from alerts.models import Condition, Kind, SilenceRule
from alerts.news import Found, News, conditions
from alerts.silence import Change, changes, state_with_grace
from readings.heartbeat import last_beat
from readings.locks import write_transaction
from readings.queries import quiet_seconds
from readings.times import MINUTE_MS, SECOND_MS
from stations.models import Station

_PREFIX = "silence:"
_LISTENING = "listening"
_AWAY_MS = 3 * MINUTE_MS  # rounds are half a minute apart


def begin_to_listen(now: int) -> None:
    """Remember when this server came back, if it was away: it heard nobody meanwhile.

    Stations are no more silent than it was deaf.
    """
    beat = last_beat("watcher")
    if beat and now - beat > _AWAY_MS:
        with write_transaction():
            Condition.objects.update_or_create(cause=_LISTENING, defaults={"since": now})


def look(now: int) -> Found:
    """Compare every active station's state with what was told of it last."""
    standing = conditions(_PREFIX)
    rules = {rule.station_id: rule for rule in SilenceRule.objects.all()}
    listening = Condition.objects.filter(cause=_LISTENING).first()
    stations = {one.pk: one for one in _stations()}
    silent = {int(cause.removeprefix(_PREFIX)) for cause in standing if standing[cause].is_raised}
    states = {
        pk: state_with_grace(
            # Who was silent before this server was away has not come back with it.
            quiet_seconds(_heard_at(station, None if pk in silent else listening), now),
            station.expected_interval_s,
            _grace_s(rules.get(pk)),
        )
        for pk, station in stations.items()
    }
    found = Found(gone=[f"{_PREFIX}{pk}" for pk in silent - stations.keys()])
    for change in changes(silent & stations.keys(), states):
        cause = f"{_PREFIX}{change.station}"
        condition = standing.get(cause) or Condition(cause=cause)
        rule, station = rules.get(change.station), stations[change.station]
        news = _news(change, station, condition, now)
        found.add(condition, news if rule is None or rule.is_told else _untold(news))
    return found


def _stations() -> list[Station]:
    stations = Station.objects.filter(is_active=True)
    return list(stations.annotate(heard_at=Max("sensors__latest__received_at")))


def _heard_at(station: Station, listening: Condition | None) -> int | None:
    heard: int | None = station.heard_at  # type: ignore[attr-defined]
    if heard is None or listening is None or listening.since is None:
        return heard
    return max(heard, listening.since)


def _grace_s(rule: SilenceRule | None) -> float | None:
    return None if rule is None or rule.grace_minutes is None else rule.grace_minutes * 60.0


def _news(change: Change, station: Station, condition: Condition, now: int) -> News:
    """Make the news, and keep with the condition since when a station is silent."""
    is_silent = change.now == "silent"
    if is_silent:
        condition.since = station.heard_at  # type: ignore[attr-defined]
    details = {"station": station.name, "since": condition.since}
    if not is_silent:
        details["lasted_s"] = (now - (condition.since or now)) // SECOND_MS
    return News(condition.cause, Kind.SILENCE, is_silent, now, details)


def _untold(news: News) -> News:
    return News(news.cause, news.kind, news.is_raised, news.at, news.details, is_told=False)
